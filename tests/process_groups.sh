# End process groups. .ci/run and tests/pi/run source this file.

# end_groups SECONDS GROUP...: ask process groups to end, and kill those that have not ended after some
# seconds: unshare ignores SIGTERM, and so does what is process 1 in its namespace.
end_groups() {
  local deadline=$((SECONDS + $1)) each
  shift
  for each in "$@"; do
    kill -- "-$each" 2> /dev/null || true
  done
  for each in "$@"; do
    while [ $SECONDS -lt $deadline ] && kill -0 -- "-$each" 2> /dev/null; do
      sleep 0.1
    done
    kill -KILL -- "-$each" 2> /dev/null || true
  done
}

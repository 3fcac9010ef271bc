"""What `emotion-edge COMMAND --help` says above the options."""

RUN = """\
Find the faces in pictures or in a stream and label them: one JSON object a line on stdout.

  emotion-edge run --source photo.jpg
  emotion-edge run --source 'photos/*.jpg' --draw sheet.jpg
  emotion-edge run --source picamera2
  emotion-edge run --source clip.mp4
  emotion-edge run --source picamera2 --model mine.tflite
  ffmpeg -i clip.mp4 -f rawvideo -pix_fmt rgb24 -s 640x480 - |
    emotion-edge run --source - --size 640x480

Pictures (a file, a folder, a glob) are unrelated: a line for each face, with the label that has
the largest score, or one with the label no_face. In a stream (a camera, a video, stdin) faces
are followed, their labels hold still, and there is a line when one changes and a heartbeat; the
label is "unknown", with a reason, where it would be a guess, and no_face when the face has gone.
README explains every key. Exit codes: 0 done, 1 failure at run time (some pictures unreadable),
2 bad input or options.

Every option can also stand in a TOML file, without its dashes: face-threshold = 0.7, all = true.
What the command line says goes before the file."""
CONFIG = """\
Print the settings with which `run`, given the same options, would run, and where each comes from:
the command line, the TOML file, or the default. What it prints is such a file; the password is not
in it.

  emotion-edge config > emotion-edge.toml"""
DOCTOR = """\
Look at all that `run`, given the same options, needs: the machine, its Python, the runtimes, the
model, the face finder, the brokers, the camera. A line each: ok, warn or fail, what was found, and
after an arrow what to do about it.

  emotion-edge doctor --config emotion-edge.toml
  emotion-edge doctor --source picamera2 --to mqtt://localhost/hall

Somebody should face the camera, which shows whether its colours are in order. The camera must be
free: stop the service first. On each broker one message goes to PREFIX/doctor and stays nowhere.
--json prints an array of objects with check, status, found and remedy.

Exit codes: 0 nothing failed, 1 something did, 2 bad options."""
REPLAY = """\
Measure how still and how quick the labels are, on a recording of which the truth is known.

  emotion-edge replay DIR [--truth truth.csv]

DIR holds frames and times.csv (file,seconds: one row a frame). The truth, DIR/truth.csv unless
given, has the columns seconds,label and perhaps person,x,y: from that second on the person shows
that label, with the face's middle at pixel x,y (interpolated between rows; needed where there are
several people). The label no_face says that the person is not to be seen.

Prints, for the network's answer to each frame alone and for what `run` would say: flips (changes of
the label that the truth did not ask for) per minute, the seconds until a change was noticed, the
share of time that it was right, and unknown. Exit codes as for run."""
COLLECT = """\
Gather pictures of faces that show an expression, to train your own model on them.

  emotion-edge collect --label happy --count 100 --source clip.mp4 --to data

The face is cut out of the frame as it will be when the model runs, and saved as
TO/SPLIT/LABEL/<time>-<number>.png, at most one each --every seconds, only where exactly one face is
to be seen, sharp and well lit. Pictures of one minute resemble each other: take those for
validation of other people or on another day (--split validation). It asks the people in view for
their consent on the terminal first."""
INFO = """\
Print what a model file says of itself: contract, tensors, quantisation, operators, cost.

  emotion-edge info
  emotion-edge info mine.tflite"""
COMPARE = """\
Show where two models differ: a line for each picture that they name differently, then how often
they agree, how far their scores are apart, and how long each takes on this machine.

  emotion-edge compare model.float32.tflite model.int8.tflite --images photos

Both run every picture in turn. Exit codes: 0 done, however much they differ, 1 failure at run time
(some pictures unreadable), 2 bad input or options."""
BENCH = """\
Measure what a frame of 640 x 480 costs on this machine, in milliseconds: the search for faces, a
second look at one, the whole path of a face from the frame to the line of JSON, the network alone,
and what lies between the two, step by step; how warm the processor got and whether it was held
back.

  emotion-edge bench
  emotion-edge bench --threads 4 --json my-pi.json

Stop the service first, and let nothing else run. p50 and p95 are percentiles over --frames rounds,
in each of which every step has its turn. The file has the same, for a report of your board; nothing
in it tells whose it is.

Exit codes: 0 done, 1 the file cannot be written, 2 bad options or model."""
FORGET = """\
Remove what the brokers keep of this device: its topics, and what Home Assistant shows of it.

  emotion-edge forget --to mqtt://hall@broker/emotion/hall

With the same options or TOML file as `run`. Stop the daemon first: it would say it all again. Exit
codes: 0 removed, 1 a broker cannot be reached, 2 bad options."""
SERVICE = """\
Install a systemd unit that runs `emotion-edge run` from boot on, with the settings in
/etc/emotion-edge.toml; or print it.

  sudo /opt/emotion-edge/bin/emotion-edge install-service

The service runs as a user of its own in the group video and is restarted when it fails, unless the
settings are wrong, or when no frame has been processed for a minute."""

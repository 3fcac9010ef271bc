# Of links into the repository only the texts stay: they lead nowhere beside the files of a release.
s,\[([^][]*)]\(([^):]*)\),\1,g

"""The folder of installed models: which is in use, which was before, and which is on trial.

`state.json` there says it all, and is replaced by one rename, so that a power cut leaves the old or
the new state. A model on trial counts only while the process that installs it holds the lock, which
the kernel releases however that process ends. So nobody has to clean up before a daemon that starts
after a power cut uses the former model.

Root writes the folder, and everybody reads it.
"""

"""Network cameras: RTSP, and by HTTP MJPEG, single pictures, HLS and other video."""

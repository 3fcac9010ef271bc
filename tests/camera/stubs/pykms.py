"""A stub: picamera2 imports it to draw on a screen, and never uses it without one."""


class PixelFormat:
    RGB888 = BGR888 = XRGB8888 = XBGR8888 = YUV420 = YVU420 = NV12 = None

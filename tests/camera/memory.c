/* Preloaded library: memory files in place of the kernel's DMA buffers, which kernels without
 * CONFIG_DMABUF_HEAPS and CONFIG_UDMABUF lack. They can be mapped and passed on, and libcamera's
 * virtual cameras and picamera2 need no more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int is_ours(const char *path)
{
	return !strcmp(path, "/dev/udmabuf") || !strncmp(path, "/dev/dma_heap/", 14);
}

static int open_by(const char *name, const char *path, int flags, va_list rest)
{
	int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, name);
	mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;

	return next(is_ours(path) ? "/dev/null" : path, flags, mode);
}

#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list rest;                                                                      \
		va_start(rest, flags);                                                             \
		int file = open_by(#name, path, flags, rest);                                      \
		va_end(rest);                                                                      \
		return file;                                                                       \
	}
OPEN(open)
OPEN(open64)

static int allocate(struct dma_heap_allocation_data *data)
{
	int file = memfd_create("dma", MFD_CLOEXEC);

	if (file < 0 || ftruncate(file, data->len))
		return -1;
	data->fd = file;
	return 0;
}

int ioctl(int file, unsigned long request, ...)
{
	va_list rest;
	va_start(rest, request);
	void *data = va_arg(rest, void *);
	va_end(rest);

	/* Python passes requests as signed numbers: ignore their upper half. */
	switch ((unsigned int)request) {
	case DMA_HEAP_IOCTL_ALLOC:
		return allocate(data);
	case UDMABUF_CREATE:
		return fcntl(((struct udmabuf_create *)data)->memfd, F_DUPFD_CLOEXEC, 0);
	case DMA_BUF_IOCTL_SYNC:
	case (unsigned int)DMA_BUF_SET_NAME_A:
	case (unsigned int)DMA_BUF_SET_NAME_B:
		return 0;
	}
	int (*next)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
	return next(file, request, data);
}

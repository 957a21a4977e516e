// Counts a process's allocations (LD_PRELOAD): two 64-bit words, calls and bytes asked for, kept up to date in a file of the
// folder $CORDON_ALLOCATIONS: the process's number and its first two arguments, as in 4711-score---party.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Until the file is there, and where it can't be made.
static atomic_ulong own[2];
static atomic_ulong *words = own;

__attribute__((constructor)) static void begin(int count, char **arguments) {
    char path[4096];
    const char *folder = getenv("CORDON_ALLOCATIONS");
    if (!folder) return;
    snprintf(path, sizeof path, "%s/%d-%s-%s", folder, getpid(), count > 1 ? arguments[1] : "", count > 2 ? arguments[2] : "");
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return;
    if (ftruncate(file, sizeof own) == 0) {
        void *map = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) words = map;
    }
    close(file);
}

static void count(size_t size) {
    atomic_fetch_add_explicit(&words[0], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&words[1], size, memory_order_relaxed);
}

void *malloc(size_t size) { count(size); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { count(n * size); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { count(size); return __libc_realloc(p, size); }
void *aligned_alloc(size_t a, size_t size) { count(size); return __libc_memalign(a, size); }
int posix_memalign(void **p, size_t a, size_t size) { count(size); return (*p = __libc_memalign(a, size)) ? 0 : 12; }

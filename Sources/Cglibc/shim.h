// What glibc has and Swift's Glibc module leaves out.
#include <malloc.h>
#include <pthread.h>
#include <sys/random.h>

// Behind _GNU_SOURCE in <pthread.h>.
extern int pthread_setname_np(pthread_t thread, const char *name);

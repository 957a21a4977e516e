// What glibc has and Swift's Glibc module leaves out.
#include <malloc.h>
#include <pthread.h>
#include <sys/random.h>

// Behind _GNU_SOURCE in <pthread.h>.
extern int pthread_setname_np(pthread_t thread, const char *name);

#include <sys/prctl.h>
#include <sys/resource.h>

// No core dump, whatever the machine's pattern is, and no debugger of the same user: 0, or -1 with errno.
static inline int cordon_forbid_dumps(void) {
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -1;
}

// 1 where memory may be dumped.
static inline int cordon_may_dump(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }

// The calling thread's nice value, which Linux keeps for each thread: 0, or -1 with errno.
static inline int cordon_set_thread_niceness(int value) { return setpriority(PRIO_PROCESS, 0, value); }

// Modules of hardware tokens are loaded as the system loads libraries (dlopen); what they export is declared here.
#include "cryptoki.h"

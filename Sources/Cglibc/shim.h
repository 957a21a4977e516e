// What glibc has and Swift's Glibc module leaves out.
#include <malloc.h>
#include <sys/random.h>

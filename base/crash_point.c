#include "base/crash_point.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void crash_point(const char *name)
{
    static atomic_ulong passed;
    const char *at = getenv("CRASH_AT"); /* nobody changes the environment while threads run */
    const char *colon = at != NULL ? strchr(at, ':') : NULL;
    if (colon == NULL || strlen(name) != (size_t)(colon - at) ||
        memcmp(name, at, strlen(name)) != 0)
        return;
    if (atomic_fetch_add(&passed, 1) + 1 == strtoul(colon + 1, NULL, 10))
        raise(SIGKILL);
}

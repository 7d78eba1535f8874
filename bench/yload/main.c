#include "yload.h"

#include <malloc.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/resource.h>

int main(int argc, char **argv)
{
    uint32_t luck = 0;
    options_read(argc, argv);
    unsigned long wanted = (unsigned long)opt.rooms * (unsigned long)opt.clients + 64;
    if (opt.srcips == 0 && wanted / (unsigned long)opt.url_count > 25000)
        opt.srcips = (int)(wanted / 25000) + 1;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
        if (wanted > files.rlim_cur)
            die("needs %lu descriptors, the limit is %lu: ulimit -n", wanted,
                (unsigned long)files.rlim_cur);
    }
    if (getrandom(&luck, sizeof luck, 0) != sizeof luck)
        die("no randomness");
    first_id = 0x10000000u + (luck & 0x3fffffffu);
    (void)signal(SIGPIPE, SIG_IGN);
    /* Memory of a document that was read serves the next: the kernel's pages are not what is
     * measured. */
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    json_begin();
    bool good = mode_of(opt.mode);
    json_end();
    return good ? 0 : 1;
}

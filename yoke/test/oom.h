/* oom.h - a document whose allocations fail, one after the other: each call is an error that
 * changed nothing, and works when it is made again with memory, with the result that it has when
 * nothing fails. */
#ifndef YOKE_TEST_OOM_H
#define YOKE_TEST_OOM_H

#include "yoke/test/helpers.h"

/* An allocator whose n-th request from now fails, once; it counts what it gave. */
typedef struct faulty {
    size_t until_failure; /* 0: never */
    size_t live_bytes;
    bool failed;
} faulty;

yoke_allocator faulty_allocator(faulty *f); /* borrows it */

/* A scene: a document with content, and a call made on it. */
enum {
    REMOTE_STATE,  /* much of client 9 */
    REMOTE_EARLY,  /* what builds on an update that is not there */
    REMOTE_UNSEEN, /* that update */
    REMOTE_RICH,   /* formats, embeds, XML, types in types */
    REMOTE_LESS,   /* deletes some of the formats */
    REMOTES,
};

typedef struct scene {
    yoke_doc *doc;
    yoke_type text, map, array;
    yoke_blob out;
    const yoke_blob *remote; /* updates of other replicas */
} scene;

typedef yoke_err scene_fn(scene *s);

#define PASS(call)                                                                                 \
    do {                                                                                           \
        yoke_err pass_err = (call);                                                                \
        if (pass_err != YOKE_OK)                                                                   \
            return pass_err;                                                                       \
    } while (0)

/* fill - the content.  apply_remote - one of REMOTE_*.  observe - somebody looks from now on.
 * before_waking - something waits for REMOTE_UNSEEN. */
yoke_err fill(scene *s);
yoke_err apply_remote(scene *s, int which);
yoke_err observe(scene *s);
yoke_err before_waking(scene *s);

typedef struct trial {
    scene_fn *before; /* made with memory, may be NULL */
    scene_fn *call;
    bool keep_deleted;
    bool empty;              /* no content before */
    const yoke_blob *remote; /* NULL: those of REMOTE_* */
    yoke_blob state, out;    /* what the call leads to when nothing fails; found out, not given */
} trial;

/* every_allocation_of - the call, each time with another allocation that fails. */
void every_allocation_of(trial t);

/* OOM_TEST - the test oom_NAME makes call_NAME. */
#define OOM_TEST(name, before_fn, keep)                                                            \
    static void oom_##name(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        every_allocation_of(                                                                       \
            (trial){.call = call_##name, .before = before_fn, .keep_deleted = keep});              \
    }

#endif

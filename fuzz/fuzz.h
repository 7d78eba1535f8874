/* fuzz.h - what the fuzz targets share.
 *
 * Each target is one function over arbitrary bytes.  With the build option `fuzz` it is linked with
 * libFuzzer; without it with replay.c, which runs files given as arguments, so that the corpus is
 * part of every test run.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "yoke/yoke.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* fuzz_demand - stop the process with a sentence when `holds` is false. */
void fuzz_demand(bool holds, const char *sentence);

/* fuzz_doc - a small document of clients 1 and 2: the text "t", a map "m", an array "a". */
typedef enum fuzz_keep {
    FUZZ_COLLECT,
    FUZZ_KEEP_DELETED,
} fuzz_keep;
yoke_doc *fuzz_doc(fuzz_keep keep);

/* fuzz_full - the document's full state, what waits included; free it. */
yoke_blob fuzz_full(yoke_doc *doc);

bool fuzz_same(const yoke_blob *a, const yoke_blob *b);

#endif

/* vectors.h - shared by the parts of yoke-vectors: one vector under test, its checks, and the
 * translation of documents into the JSON of the vectors.
 *
 * The program is a test tool: it stops with a message when it runs out of memory, and uses nothing
 * of the engine but its public header.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <jansson.h>

#include "yoke/yoke.h"

/* One vector: where it stands and what went wrong with it. */
typedef struct vector {
    const char *id;
    const json_t *json;
    unsigned failures;
    bool verbose;
} vector;

typedef enum verdict {
    VERDICT_RUN,
    VERDICT_SKIPPED,
} verdict;

/* ---- checks: each prints and counts a failure, and returns whether it held ---- */
bool check_fail(vector *v, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool check_ok(vector *v, const char *field, yoke_err err);
bool check_true(vector *v, const char *field, bool holds, const char *sentence);
bool check_bytes(vector *v, const char *field, yoke_bytes got, yoke_bytes want);
bool check_update(vector *v, const char *field, yoke_bytes got, yoke_bytes want); /* collected.c */
bool check_json(vector *v, const char *field, json_t *got_steal, const json_t *want);
bool check_number(vector *v, const char *field, double got, double want);

/* ---- small helpers ---- */
void *must_alloc(void *ptr, size_t size_bytes);
yoke_blob hex_decode(const json_t *hex);
char *hex_encode(yoke_bytes in);
bool read_varuint(yoke_bytes *rest, uint64_t *out);
bool read_varbytes(yoke_bytes *rest, yoke_bytes *out);
bool read_u8(yoke_bytes *rest, uint8_t *out);
uint64_t json_uint(const json_t *number);
const char *json_text(const json_t *string); /* "" for what is no string */
const char *field_name(char *out, size_t out_bytes, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* parse_line - JSON of one line.  NUL inside strings is carried as U+F8FF, for jansson has no keys
 * with NUL; text of the engine goes through the same replacement. */
json_t *parse_line(char *line, json_error_t *error);
json_t *string_json(yoke_bytes utf8);

/* ---- documents ---- */
yoke_doc *doc_new(bool gc, uint64_t client);
yoke_err doc_apply_hex(yoke_doc *doc, const json_t *hex);
yoke_bytes doc_full(yoke_doc *doc, yoke_blob *out); /* with what waits */
json_t *doc_state_json(yoke_doc *doc);              /* [[client, clock], ...] */
json_t *any_json(yoke_bytes *rest, unsigned depth); /* NULL: malformed */
bool doc_check_roots(vector *v, const char *field, yoke_doc *doc, const json_t *roots);

/* check_equivalent - both updates make the same document of an empty one. */
bool check_equivalent(vector *v, const char *field, bool gc, yoke_bytes got, yoke_bytes want,
                      const json_t *roots);

/* check_pending - expected `pending` against what waits in `doc`. */
bool check_pending(vector *v, const char *field, const yoke_doc *doc, const json_t *pending);

/* ---- one function for each kind of vector ---- */
void run_apply(vector *v);
void run_local_text(vector *v);
void run_merge(vector *v);
void run_relpos(vector *v);
void run_snapshot(vector *v);
void run_malformed(vector *v);
verdict run_protocol(vector *v);
verdict run_lib0(vector *v);

#endif

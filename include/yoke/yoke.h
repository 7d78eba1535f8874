/* yoke.h - documents that speak Yjs, in C.
 *
 * A yoke document is a replica of a Yjs document (yjs 13, update format V1, byte for byte): it
 * reads and writes the same updates, state vectors, relative positions and snapshots, integrates
 * them by the same rules and collects garbage as Yjs does.  This header is the manual.
 *
 *   yoke_doc *doc;
 *   yoke_options opts = YOKE_OPTIONS_INIT;
 *   opts.client_id = 7;
 *   if (yoke_doc_new(&opts, &doc) != YOKE_OK) ...
 *   yoke_type text;
 *   yoke_doc_root(doc, YOKE_STR("main"), YOKE_KIND_TEXT, &text);
 *   yoke_text_insert(doc, text, 0, YOKE_STR("print('hi')\n"));
 *   yoke_blob state = YOKE_BLOB_INIT;
 *   yoke_doc_encode(doc, YOKE_NONE, 0, &state);       // give it to any Yjs peer
 *   yoke_blob_free(&state);
 *   yoke_doc_free(doc);
 *
 * CAVEATS, before anything else
 *  - Threads: no call on one document may overlap another call on it, "reads only" or not (reading
 *    moves a cursor).  Different documents are independent, and so are the calls that take no
 *    document; there is no global state.  A document may move from one thread to another.
 *  - The engine does no I/O, reads no clock and draws no random numbers.  Client ids come from you;
 *    two live replicas that write with one client id break each other (YOKE_ECONFLICT tells).
 *  - A call that fails has changed nothing: the document encodes to the same bytes as before.
 *  - Positions and lengths of text are UTF-16 code units, as in JavaScript, and are called
 *    `_utf16`; sizes in bytes are called `_bytes`.  Text goes in and out as UTF-8.
 *  - Borrowed results (`yoke_bytes` out of the document) are valid until the next call on the
 *    document that is not marked "reads only".
 *  - Observers run inside the call that caused them and must not call into the same document except
 *    for calls marked "reads only".
 *  - Arguments are borrowed for the call and may not be NULL unless it is said.  Every call that
 *    fills a yoke_blob may also return YOKE_ENOMEM, and YOKE_ELIMIT_DOC for more than 4 GiB; its
 *    content is empty after any error.  Costs count blocks: runs of units that were written one
 *    after the other.
 *
 * NOT HERE: writing text formats and XML (both are read and carried), undo manager, update format
 * V2.
 *
 * Source: yjs 13.6.33, lib0 0.2.120, y-protocols 1.0.7; docs/format.md describes the bytes.
 * size: it is the one manual of the library.
 */
#ifndef YOKE_YOKE_H
#define YOKE_YOKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define YOKE_API __attribute__((visibility("default")))
#define YOKE_MUST_CHECK __attribute__((warn_unused_result))
#else
#define YOKE_API
#define YOKE_MUST_CHECK
#endif

#define YOKE_VERSION "0.1.0"

/* yoke_version - version of the library that is linked, as YOKE_VERSION was when it was built. */
YOKE_API const char *yoke_version(void);

/* ---------------------------------------------------------------------------------- errors ---
 *
 * 0 is success, every failure is negative.  Three bands: input (the bytes or arguments are wrong),
 * limit (a ceiling of yoke_limits would be passed), system (no memory).
 */
#define YOKE_ERRORS(X)                                                                             \
    X(YOKE_EMALFORMED, -1, "the bytes are not a well-formed value of their kind")                  \
    X(YOKE_ERANGE, -2, "a position or length lies outside the type")                               \
    X(YOKE_EKIND, -3, "the type or value is of another kind than the call needs")                  \
    X(YOKE_EGONE, -4, "the type was deleted")                                                      \
    X(YOKE_ECONFLICT, -5, "two writers used one client id: known clocks carry other content")      \
    X(YOKE_EUTF8, -6, "the text is not well-formed UTF-8")                                         \
    X(YOKE_ESTATE, -7, "the call is not allowed in this state of the document")                    \
    X(YOKE_ENOTFOUND, -8, "there is no such entry")                                                \
    X(YOKE_ELIMIT_UPDATE, -20, "the update is larger than limits.update_bytes")                    \
    X(YOKE_ELIMIT_STRUCTS, -21, "the document would hold more than limits.structs")                \
    X(YOKE_ELIMIT_NESTING, -22, "a value or type is nested deeper than limits.nesting")            \
    X(YOKE_ELIMIT_PENDING, -23, "waiting structs would pass limits.pending_*")                     \
    X(YOKE_ELIMIT_DOC, -24, "the document would use more than limits.doc_bytes")                   \
    X(YOKE_ELIMIT_CLOCK, -25, "a client's clock would pass 2^53-1, or a run 2^32-1")               \
    X(YOKE_ENOMEM, -40, "the allocator returned NULL")

typedef enum yoke_err {
    YOKE_OK = 0,
#define YOKE_ERROR_ENUM_(name, number, text) name = number,
    YOKE_ERRORS(YOKE_ERROR_ENUM_)
#undef YOKE_ERROR_ENUM_
} yoke_err;

/* yoke_err_name / yoke_err_text - "YOKE_ERANGE" and its sentence.  Never NULL, static. */
YOKE_API const char *yoke_err_name(yoke_err err);
YOKE_API const char *yoke_err_text(yoke_err err);

/* ------------------------------------------------------------------------- bytes and memory --- */

/* A borrowed slice.  `ptr` may be NULL when `len_bytes` is 0. */
typedef struct yoke_bytes {
    const uint8_t *ptr;
    size_t len_bytes;
} yoke_bytes;

#define YOKE_NONE ((yoke_bytes){0, 0})
#define YOKE_STR(s) ((yoke_bytes){(const uint8_t *)(s), strlen(s)})

/* Sizes come back on resize and release.  No member may be NULL.  An allocator must outlive all
 * that was made with it. */
typedef struct yoke_allocator {
    void *ctx;
    void *(*alloc)(void *ctx, size_t size_bytes);
    void *(*resize)(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes);
    void (*release)(void *ctx, void *ptr, size_t size_bytes);
} yoke_allocator;

/* A growing output owned by the caller.  Start with YOKE_BLOB_INIT (libc's heap) or set `alloc`.
 * Every call that takes a blob replaces its content and reuses its memory; after a failure its
 * content is empty.  `len_bytes` bytes at `ptr` are yours until the next such call or
 * yoke_blob_free, which also makes it ready for use again. */
typedef struct yoke_blob {
    uint8_t *ptr;
    size_t len_bytes;
    size_t cap_bytes;
    const yoke_allocator *alloc; /* NULL: malloc, realloc, free */
} yoke_blob;

#define YOKE_BLOB_INIT                                                                             \
    {                                                                                              \
        0, 0, 0, 0                                                                                 \
    }

/* yoke_blob_free - give its memory back; it may be filled again.  O(1). */
YOKE_API void yoke_blob_free(yoke_blob *blob);

/* yoke_blob_view - its content, borrowed until it is filled again or freed. */
static inline yoke_bytes yoke_blob_view(const yoke_blob *blob)
{
    yoke_bytes view = {blob->ptr, blob->len_bytes};
    return view;
}

/* ------------------------------------------------------------------------- documents ---------- */

typedef struct yoke_doc yoke_doc;

/* Ceilings against hostile input; each has its own error.  A value of 0 means the default.
 *
 * An edit or update is judged by the most it could need, so that it may be refused a few blocks or
 * bytes early; never late.  A type that waits can be judged by its nesting only when its base has
 * come: if it is too deep then, it is forgotten with what its client sent after it
 * (as by yoke_doc_drop_pending), and refused when it comes again. */
typedef struct yoke_limits {
    size_t update_bytes;    /* one update; default 16 MiB */
    size_t structs;         /* blocks of the document, waiting ones included; default 16 Mi */
    size_t nesting;         /* levels of types, a root being the first, and, apart from these,
                               levels of values in one value; default 64, at most 1,024 */
    size_t pending_bytes;   /* memory of waiting structs and deletes; default 4 MiB */
    size_t pending_structs; /* waiting structs and delete ranges; default 100,000 */
    size_t doc_bytes;       /* memory of the document in all; default 1 GiB */
} yoke_limits;

typedef struct yoke_options {
    uint64_t client_id; /* id of this replica's own edits, 0..2^53-1 */
    bool keep_deleted;  /* true: no garbage collection (`gc: false` of Yjs); snapshots need it */
    yoke_limits limits;
    const yoke_allocator *alloc; /* NULL: malloc, realloc, free */
} yoke_options;

#define YOKE_OPTIONS_INIT                                                                          \
    {                                                                                              \
        0, false, {0, 0, 0, 0, 0, 0}, 0                                                            \
    }

/* yoke_doc_new - an empty document in `*out`, NULL after an error; free it.  `options` is copied,
 * the allocator it names is not and must outlive the document. Returns YOKE_ENOMEM, YOKE_ERANGE
 * (client_id above 2^53-1).  Cost O(1). Source  Y.Doc of yjs. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_new(const yoke_options *options, yoke_doc **out);

/* yoke_doc_free - the document and all that was borrowed from it.  NULL is allowed; not from inside
 * an observer.  Cost O(memory of the document). */
YOKE_API void yoke_doc_free(yoke_doc *doc);

/* yoke_doc_client_id - the id of local edits.  Reads only.  O(1). */
YOKE_API uint64_t yoke_doc_client_id(const yoke_doc *doc);

/* yoke_doc_set_client_id - change the id of later local edits; for a replica that learned of
 * YOKE_ECONFLICT.  Returns YOKE_ERANGE (above 2^53-1), YOKE_ESTATE inside a transaction.  O(1). */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_set_client_id(yoke_doc *doc, uint64_t client_id);

/* yoke_doc_set_limits - other ceilings from now on, 0 meaning the default as in yoke_options.  What
 * the document holds already stays, also where it is above them. */
YOKE_API void yoke_doc_set_limits(yoke_doc *doc, const yoke_limits *limits);

typedef struct yoke_stats {
    size_t blocks;          /* runs of items, tombstones and collected runs included */
    size_t types;           /* root and nested types */
    size_t clients;         /* writers known */
    size_t pending_structs; /* structs and delete ranges that wait */
    size_t pending_bytes;
    size_t memory_bytes; /* taken from the allocator for this document */
    uint64_t version;    /* grows with every change of the document; 0 when empty */
} yoke_stats;

/* yoke_doc_stats - reads only.  O(1). */
YOKE_API yoke_stats yoke_doc_stats(const yoke_doc *doc);

/* yoke_doc_check - walk every structure and verify its invariants; for tests.  Reads only.
 * Returns NULL, or a static sentence naming the first that is broken.  O(document). */
YOKE_API const char *yoke_doc_check(const yoke_doc *doc);

/* ------------------------------------------------------------------------- types -------------- */

/* Shared types are named by small numbers that are valid as long as the document lives; the number
 * of a deleted type is not given to another.  0 is no type. */
typedef uint32_t yoke_type;
#define YOKE_TYPE_NONE 0u

typedef enum yoke_kind {
    YOKE_KIND_UNKNOWN, /* a root that nobody has named a kind for: it has a list and a map */
    YOKE_KIND_ARRAY,
    YOKE_KIND_MAP,
    YOKE_KIND_TEXT,
    YOKE_KIND_XML_ELEMENT,
    YOKE_KIND_XML_FRAGMENT,
    YOKE_KIND_XML_HOOK,
    YOKE_KIND_XML_TEXT,
} yoke_kind;

/* yoke_doc_root - the root type `name`, made when it is not there (which changes no encoding).
 * The kind of a root is not on the wire: the first caller that names one fixes how it is read.
 * YOKE_KIND_UNKNOWN names none.  `*out` is YOKE_TYPE_NONE after an error.
 * Returns YOKE_EKIND (known under another kind), YOKE_EUTF8 (name), YOKE_ENOMEM, YOKE_ELIMIT_DOC.
 * O(1) on average.  Source: Y.Doc.get. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_root(yoke_doc *doc, yoke_bytes name, yoke_kind kind,
                                                yoke_type *out);

/* yoke_doc_root_at - the i-th root, in order of appearance, for i from 0.  Reads only.
 * Returns YOKE_ENOTFOUND past the last; `*name` is borrowed.  O(types). */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_root_at(const yoke_doc *doc, size_t i, yoke_bytes *name,
                                                   yoke_type *out);

/* yoke_type_kind / yoke_type_name - reads only.  The name is that of a root, or the node name of an
 * XML element, or the hook's name, borrowed; empty for others.  A number that is no type is
 * YOKE_KIND_UNKNOWN and has no name.  O(1). */
YOKE_API yoke_kind yoke_type_kind(const yoke_doc *doc, yoke_type type);
YOKE_API yoke_bytes yoke_type_name(const yoke_doc *doc, yoke_type type);

/* yoke_type_alive - false once the type, or one that holds it, was deleted, and for a number that
 * is no type.  Reads only.  O(1). */
YOKE_API bool yoke_type_alive(const yoke_doc *doc, yoke_type type);

/* yoke_type_len - length of the type's list: UTF-16 units (embeds count 1) of a text, elements of
 * an array, children of XML.  A map's list is empty.  0 for a deleted or unknown type.  Reads only.
 * O(1). */
YOKE_API uint64_t yoke_type_len(const yoke_doc *doc, yoke_type type);

/* ------------------------------------------------------------------------- values ------------- */

typedef enum yoke_tag {
    YOKE_VALUE_UNDEFINED,
    YOKE_VALUE_NULL,
    YOKE_VALUE_FALSE,
    YOKE_VALUE_TRUE,
    YOKE_VALUE_INT,    /* .integer, an integral number of JavaScript, |n| <= 2^53-1 */
    YOKE_VALUE_DOUBLE, /* .number */
    YOKE_VALUE_BIGINT, /* .integer, 64 bits */
    YOKE_VALUE_STRING, /* .data, UTF-8 */
    YOKE_VALUE_BINARY, /* .data */
    YOKE_VALUE_ANY,    /* .data: a lib0 "any" that is an object or array; walk it with yoke_any_* */
    YOKE_VALUE_JSON,   /* .data: JSON text as it came (embeds, legacy content) */
    YOKE_VALUE_TYPE,   /* reading: .type.  Writing: a new, empty nested type of .kind */
    YOKE_VALUE_DOC,    /* a subdocument: .data is its guid, .opts its options (a lib0 any) */
} yoke_tag;

/* Values read from a document borrow from it. */
typedef struct yoke_value {
    yoke_tag tag;
    yoke_kind kind; /* with YOKE_VALUE_TYPE */
    yoke_type type; /* with YOKE_VALUE_TYPE */
    int64_t integer;
    double number;
    yoke_bytes data;
    yoke_bytes opts;
} yoke_value;

/* One step through a lib0 "any".  Containers are not nested calls: an OBJECT or ARRAY token says
 * how many entries follow, an object's entries are each a key (`key`) with its value. */
typedef enum yoke_any_tag {
    YOKE_ANY_VALUE,  /* .value, a scalar, string or binary */
    YOKE_ANY_OBJECT, /* .count entries follow */
    YOKE_ANY_ARRAY,  /* .count entries follow */
} yoke_any_tag;

typedef struct yoke_any {
    yoke_any_tag tag;
    yoke_value value;
    uint64_t count;
} yoke_any;

/* yoke_any_next - read one token from the front of `*rest` and move it on.
 * yoke_any_key - read the key that stands before each entry of an object.
 * Strings, binaries and keys borrow from `*rest`.  Depth is the caller's to bound; what a document
 * gave is within limits.nesting.
 * Return YOKE_EMALFORMED when `*rest` does not start with one; `*rest` is unmoved then.
 * O(bytes of the token).  Source: lib0 decoding.readAny. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_any_next(yoke_bytes *rest, yoke_any *out);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_any_key(yoke_bytes *rest, yoke_bytes *key);

/* yoke_value_json - the value as JSON text.  What JSON lacks becomes null (undefined, NaN,
 * infinities), a string of digits (bigint), base64 (binary), the guid (subdocument); nested types
 * become their own JSON (text as a string, maps and arrays by value, XML as its markup).  Numbers
 * are written as JSON.stringify writes them; JSON that was carried as text is not touched.
 * `value` need not come from the document unless it is a type.
 * Reads only.  Returns YOKE_EMALFORMED (an ANY that is none), YOKE_ELIMIT_NESTING (an ANY that did
 * not come from the document, deeper than 2 * limits.nesting).  O(output).
 * Source: toJSON of the types of yjs. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_value_json(const yoke_doc *doc, const yoke_value *value,
                                                  yoke_blob *out);

/* ------------------------------------------------------------------------- transactions --------
 */

/* yoke_txn_begin / yoke_txn_commit - make several local edits one transaction: one update, one
 * event. A local edit outside of them is a transaction of its own.  `origin` is handed to observers
 * and not interpreted.  Transactions do not nest (YOKE_ESTATE).  Each edit inside is all or nothing
 * by itself; commit cannot fail for want of memory, it is reserved by the edits.
 * begin   Returns YOKE_ESTATE when one is open.  O(1).
 * commit  Calls the observer, then returns.  YOKE_ESTATE when none is open.  O(what was changed),
 *         plus what an observer asks for.
 * Source  Y.Doc.transact. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_txn_begin(yoke_doc *doc, uint64_t origin);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_txn_commit(yoke_doc *doc);

/* ------------------------------------------------------------------------- text --------------- */

/* yoke_text_insert - insert UTF-8 text before unit `at_utf16`; lone surrogates cannot occur, and a
 * position inside a surrogate pair turns both halves into U+FFFD, as Yjs does.  Inserting nothing
 * does nothing.
 * Returns YOKE_ERANGE (at_utf16 is behind the end), YOKE_EUTF8, YOKE_EKIND (`text` is no text),
 * YOKE_EGONE, YOKE_ELIMIT_STRUCTS, _CLOCK, _DOC, YOKE_ENOMEM.
 * Cost    O(bytes) near the last edit, else O(log blocks) more, amortised.
 * Source  Y.Text.insert without attributes. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_text_insert(yoke_doc *doc, yoke_type text, uint64_t at_utf16,
                                                   yoke_bytes utf8);

/* yoke_text_delete - delete `len_utf16` units from `at_utf16`; an embed counts 1, formats stay.
 * Deleting nothing does nothing.  Errors as above, YOKE_ERANGE when the end lies behind the end of
 * the text.  Cost O(log blocks + blocks deleted).  Source: Y.Text.delete. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_text_delete(yoke_doc *doc, yoke_type text, uint64_t at_utf16,
                                                   uint64_t len_utf16);

/* yoke_text_utf8 - units [at_utf16, at_utf16 + len_utf16) as UTF-8; formats and embeds are left
 * out. UINT64_MAX for the length means "to the end".  A range that cuts a surrogate pair gives
 * U+FFFD for the half.  Reads only.  O(log blocks + output).
 * yoke_text_utf16 - the same as UTF-16 in native byte order; `out->len_bytes` is twice the units.
 * Return YOKE_ERANGE (the range is not within the text), YOKE_EKIND, YOKE_EGONE.
 * Source: Y.Text.toString. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_text_utf8(const yoke_doc *doc, yoke_type text,
                                                 uint64_t at_utf16, uint64_t len_utf16,
                                                 yoke_blob *out);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_text_utf16(const yoke_doc *doc, yoke_type text,
                                                  uint64_t at_utf16, uint64_t len_utf16,
                                                  yoke_blob *out);

/* yoke_text_len_bytes - size of the whole text as UTF-8; 0 for what is no text or deleted.  Reads
 * only.  O(blocks). */
YOKE_API uint64_t yoke_text_len_bytes(const yoke_doc *doc, yoke_type text);

/* yoke_text_line_count - number of lines, i.e. of "\n" and one more; 0 for what is no text or
 * deleted.  Reads only.  O(text).
 * yoke_text_line - line `line` (from 0) without its "\n", and where it starts.  Reads only.
 * Returns YOKE_ERANGE past the last line, YOKE_EKIND, YOKE_EGONE.  O(text). */
YOKE_API uint64_t yoke_text_line_count(const yoke_doc *doc, yoke_type text);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_text_line(const yoke_doc *doc, yoke_type text, uint64_t line,
                                                 uint64_t *at_utf16, yoke_blob *out);

/* One attribute of a delta: `value` is JSON text as it is on the wire. */
typedef struct yoke_attribute {
    yoke_bytes key;
    yoke_bytes value_json;
} yoke_attribute;

typedef enum yoke_delta_tag {
    YOKE_DELTA_RETAIN,
    YOKE_DELTA_INSERT,
    YOKE_DELTA_DELETE
} yoke_delta_tag;

/* One step of a delta.  Insert carries text (`text`, UTF-8) or one value that is not text (`embed`
 * not NULL); in array events `text` is empty and every inserted element has its own step.
 * `attributes` of an insert are all that are in force; of a retain those that changed, "null" for
 * one that ended; a delete has none.  All is borrowed for the call that hands it out. */
typedef struct yoke_delta {
    yoke_delta_tag tag;
    uint64_t len_utf16; /* units, or elements */
    yoke_bytes text;
    const yoke_value *embed;
    const yoke_attribute *attributes;
    size_t attribute_count;
} yoke_delta;

/* yoke_text_delta - the whole text as inserts, one for each run between formats, embeds and nested
 * types, as Yjs gives it.  `visit` gets `ctx`, and returns false to stop.  Reads only.  O(text).
 * Returns YOKE_EKIND, YOKE_EGONE, YOKE_ENOMEM.  Source: Y.Text.toDelta. */
typedef bool yoke_delta_fn(void *ctx, const yoke_delta *step);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_text_delta(const yoke_doc *doc, yoke_type text,
                                                  yoke_delta_fn *visit, void *ctx);

/* ------------------------------------------------------------------------- arrays ------------- */

/* yoke_array_insert - insert `count` values before element `at`.  Runs of scalar values become one
 * item, as in Yjs; binary, nested types and subdocuments one each.  Inserting nothing does nothing.
 * yoke_array_delete - delete `count` elements from `at`.
 * Return YOKE_ERANGE, YOKE_EKIND (no array, or a value of a kind that cannot be written: JSON,
 * XML), YOKE_EGONE, YOKE_EUTF8, YOKE_EMALFORMED (an ANY that is none), YOKE_ELIMIT_STRUCTS,
 * _NESTING, _CLOCK, _DOC, YOKE_ENOMEM.  O(log blocks + what is inserted or deleted). Source:
 * Y.Array.insert, Y.Array.delete. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_array_insert(yoke_doc *doc, yoke_type array, uint64_t at,
                                                    const yoke_value *values, size_t count);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_array_delete(yoke_doc *doc, yoke_type array, uint64_t at,
                                                    uint64_t count);

/* yoke_array_get - element `at`; also children of XML.  The value is borrowed.  Reads only.
 * O(log blocks), and in a run of scalar values O(at in the run).
 * yoke_array_visit - all elements in order; `visit` gets `ctx` and returns false to stop.  Reads
 * only.  O(list).
 * Return YOKE_ERANGE (get, behind the end), YOKE_EKIND, YOKE_EGONE.
 * Source: Y.Array.get, Y.Array.toArray. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_array_get(const yoke_doc *doc, yoke_type array, uint64_t at,
                                                 yoke_value *out);
typedef bool yoke_value_fn(void *ctx, const yoke_value *value);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_array_visit(const yoke_doc *doc, yoke_type array,
                                                   yoke_value_fn *visit, void *ctx);

/* ------------------------------------------------------------------------- maps --------------- */

/* yoke_map_set / get / delete - entries by UTF-8 key; every type may have some (attributes of XML
 * and text).  O(1) on average; deleting a nested type O(what it holds).  Get reads only, its value
 * is borrowed.
 * yoke_map_visit - all live entries, in Yjs' order of first appearance; `visit` gets `ctx` and
 * returns false to stop.  Reads only.  O(entries).
 * Return YOKE_EKIND (no type), YOKE_EGONE, YOKE_ENOTFOUND (get, delete), set also what
 * yoke_array_insert returns for a value, and YOKE_EUTF8 for the key.  Delete: YOKE_ENOMEM.
 * Source: Y.Map. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_map_set(yoke_doc *doc, yoke_type map, yoke_bytes key,
                                               const yoke_value *value);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_map_delete(yoke_doc *doc, yoke_type map, yoke_bytes key);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_map_get(const yoke_doc *doc, yoke_type map, yoke_bytes key,
                                               yoke_value *out);
typedef bool yoke_entry_fn(void *ctx, yoke_bytes key, const yoke_value *value);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_map_visit(const yoke_doc *doc, yoke_type map,
                                                 yoke_entry_fn *visit, void *ctx);

/* yoke_xml_markup - an XML type, or the plain text of a Y.Text, as Yjs' toString gives it: names
 * and values unescaped, values as JavaScript's String() writes them, formats as elements whose
 * attributes are the entries of their value.  It is no safe HTML.  One difference: names of
 * elements are made lower-case in ASCII only; and half a surrogate pair is U+FFFD. Reads only.
 * Returns YOKE_EKIND (array or map), YOKE_EGONE.  O(output). Source: toString of Y.XmlElement,
 * Y.XmlFragment, Y.XmlText. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_xml_markup(const yoke_doc *doc, yoke_type xml,
                                                  yoke_blob *out);

/* ------------------------------------------------------------------------- updates in --------- */

typedef struct yoke_apply_result {
    uint64_t integrated; /* clocks that are new in the document, woken ones included */
    uint64_t deleted;    /* clocks newly deleted */
    uint64_t parked;     /* structs of this update that wait for others */
    uint64_t known;      /* clocks that the document had already */
    bool exact;          /* all was new and nothing waits: the bytes may be relayed as they came */
} yoke_apply_result;

/* yoke_doc_apply - integrate one V1 update of an untrusted peer, as one transaction.
 *
 * update   borrowed; the update is decoded and validated wholly before anything changes
 * origin   handed to observers, not interpreted
 * out      may be NULL
 *
 * Returns  YOKE_OK           what could be integrated is; the rest waits (out->parked,
 *                            yoke_doc_missing) and is woken by the update that brings its base
 *          YOKE_EMALFORMED   not an update, or a struct that refers to itself, its own future, or a
 *                            parent that cannot hold it
 *          YOKE_ECONFLICT    a struct overlaps known clocks with another value (docs/format.md)
 *          YOKE_ELIMIT_*     a ceiling would be passed
 *          YOKE_ENOMEM       no memory
 *          YOKE_ESTATE       called inside a transaction
 *          In every case but YOKE_OK the document is unchanged.
 * Cost     O(n log m) for n structs into m blocks; the scan among k concurrent inserts at one place
 *          is O(k) each, which is inherent to the order of Yjs.
 * Source   Yjs update format V1; integration as Item.integrate of yjs 13.6. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_apply(yoke_doc *doc, yoke_bytes update, uint64_t origin,
                                                 yoke_apply_result *out);

/* yoke_doc_missing - what waiting structs wait for, as a state vector: for each client the highest
 * clock + 1 that something needs.  Empty (one zero byte) when nothing waits.  Reads only.
 * O(clients + what waits).
 * yoke_doc_drop_pending - forget all that waits; the peer sends it again after a sync.  O(what
 * waits).  Source of both: pendingStructs and pendingDs of yjs, apart from how they are kept. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_missing(const yoke_doc *doc, yoke_blob *out);
YOKE_API void yoke_doc_drop_pending(yoke_doc *doc);

/* ------------------------------------------------------------------------- updates out -------- */

enum {
    YOKE_ENCODE_PENDING = 1, /* add what waits, as Yjs' encodeStateAsUpdate does */
};

/* yoke_doc_encode - what a peer with state vector `sv` lacks; YOKE_NONE for the full state.  The
 * delete set is always complete.  Full states of equal documents are equal bytes (without
 * keep_deleted).  Reads only.  O(blocks).
 * `flags` is 0 or YOKE_ENCODE_PENDING.
 * Returns YOKE_EMALFORMED (sv).  Source: encodeStateAsUpdate. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_encode(const yoke_doc *doc, yoke_bytes sv,
                                                  unsigned flags, yoke_blob *out);

/* yoke_doc_encode_cached - the full state, kept until the document changes: an unchanged document
 * costs nothing the second time.  The view is borrowed until the next change or
 * yoke_doc_drop_cache, and empty after an error.  Returns YOKE_ENOMEM, YOKE_ELIMIT_DOC (above 4
 * GiB). O(blocks), then O(1). */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_encode_cached(yoke_doc *doc, yoke_bytes *view);

/* yoke_doc_drop_cache - give the memory of the kept full state back.  O(1). */
YOKE_API void yoke_doc_drop_cache(yoke_doc *doc);

/* yoke_doc_state_vector - the encoded state vector, clients descending.  Reads only.  O(clients).
 * Source: encodeStateVector.
 * yoke_doc_state - next clock of one client, 0 when it is unknown.  Reads only.  O(1) on average.
 */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_state_vector(const yoke_doc *doc, yoke_blob *out);
YOKE_API uint64_t yoke_doc_state(const yoke_doc *doc, uint64_t client_id);

/* ------------------------------------------------------------------------- events ------------- */

typedef struct yoke_event {
    uint64_t origin;         /* as given to yoke_doc_apply or yoke_txn_begin, else 0 */
    bool local;              /* a local edit, not yoke_doc_apply */
    yoke_bytes update;       /* on_update: the transaction as an update */
    yoke_type type;          /* on_delta: whose list changed */
    const yoke_delta *steps; /* on_delta: from the start of the list, without a last plain retain */
    size_t step_count;
} yoke_event;

/* Called at the end of a transaction that changed something.  A document that has no observer pays
 * nothing.  All is borrowed for the call; both may be NULL.  An observer may read the document;
 * what would change it (edits, updates, a root that is new) is YOKE_ESTATE until it has returned.
 *
 * on_update  gets the update of the transaction: what Yjs' 'update' event carries, or the bytes as
 *            they came when they say just that.  O(update).
 * on_delta   gets one call for each type whose list changed, with the delta of Yjs' event for it. A
 *            type that the transaction made is told of by the insert into its parent alone.  Map
 *            entries have no event.  O(changes * log blocks); in a text that ever had a format
 *            O(blocks), for attributes in force depend on all that stands before.
 *            When memory lacks for its steps, `steps` is NULL: read the type anew.
 * Source     Y.Doc 'update', YEvent.changes.delta, YTextEvent.delta.  Two differences: an embed
 * that is a number or true or false is a step (Yjs leaves it out), and formats that say nothing new
 * are left where they are (Yjs deletes them). */
typedef struct yoke_observer {
    void *ctx;
    void (*on_update)(void *ctx, const yoke_event *event);
    void (*on_delta)(void *ctx, const yoke_event *event);
} yoke_observer;

/* yoke_doc_observe - one observer at a time (compose outside); NULL removes it.  `observer` is
 * copied, its `ctx` is yours.  Returns YOKE_ESTATE inside a transaction.  O(1). */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_doc_observe(yoke_doc *doc, const yoke_observer *observer);

/* ------------------------------------------------------------------------- relative positions --
 */

typedef struct yoke_id {
    uint64_t client;
    uint64_t clock;
} yoke_id;

typedef enum yoke_relpos_tag {
    YOKE_RELPOS_ITEM, /* beside `id` */
    YOKE_RELPOS_ROOT, /* at the end (or start) of the root `name` */
    YOKE_RELPOS_TYPE, /* at the end (or start) of the nested type `id` */
} yoke_relpos_tag;

/* A place in a type that stays with its text.  assoc >= 0: bound to the unit after it, < 0: to the
 * one before it. */
typedef struct yoke_relpos {
    yoke_relpos_tag tag;
    yoke_id id;
    yoke_bytes name; /* with YOKE_RELPOS_ROOT; borrowed */
    int assoc;
} yoke_relpos;

/* yoke_relpos_at - the relative position of unit or element `at`, 0..length.  Reads only; a root's
 * name is borrowed from the document.  YOKE_ERANGE, YOKE_EKIND (no type), YOKE_EGONE.  O(log
 * blocks). yoke_relpos_resolve - where it is now: a type and a place in it.  Reads only.
 * YOKE_ENOTFOUND when its base is unknown or collected.  O(log blocks). yoke_relpos_encode / decode
 * - the bytes of Yjs; a missing assoc reads as 0.  Decode borrows the name from `in`;
 * YOKE_EMALFORMED. Source: createRelativePositionFromTypeIndex,
 * createAbsolutePositionFromRelativePosition, encodeRelativePosition, decodeRelativePosition. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_relpos_at(const yoke_doc *doc, yoke_type type, uint64_t at,
                                                 int assoc, yoke_relpos *out);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_relpos_resolve(const yoke_doc *doc, const yoke_relpos *pos,
                                                      yoke_type *type, uint64_t *at);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_relpos_encode(const yoke_relpos *pos, yoke_blob *out);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_relpos_decode(yoke_bytes in, yoke_relpos *out);

/* ------------------------------------------------------------------------- snapshots -----------
 */

/* yoke_snapshot_encode - delete set and state vector of now.  O(blocks).
 * yoke_snapshot_text - the text of `text` as it was then, as UTF-8.  O(blocks of the text * log).
 * yoke_snapshot_update - the document as it was then, as one update.  O(blocks).
 * All read only.  The latter two return YOKE_ESTATE without keep_deleted, YOKE_EMALFORMED (the
 * bytes of the snapshot), YOKE_ENOTFOUND (of a state that the document does not have), YOKE_EKIND
 * (`text`). Source: encodeSnapshot, Y.Text.toDelta(snapshot), createDocFromSnapshot. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_snapshot_encode(const yoke_doc *doc, yoke_blob *out);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_snapshot_text(const yoke_doc *doc, yoke_bytes snapshot,
                                                     yoke_type text, yoke_blob *out);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_snapshot_update(const yoke_doc *doc, yoke_bytes snapshot,
                                                       yoke_blob *out);

/* ------------------------------------------------------------------------- without a document ---
 */

/* Of `limits` (NULL: defaults) update_bytes and nesting count; the nesting of types is not looked
 * at. All return YOKE_EMALFORMED, YOKE_ELIMIT_UPDATE, YOKE_ELIMIT_NESTING.  O(bytes) unless it is
 * said. */

/* yoke_update_check - is it a well-formed update within `limits`? */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_update_check(yoke_bytes update, const yoke_limits *limits);

/* yoke_update_merge - one update that says what all of them say; gaps become Skips (mergeUpdates).
 * `updates` may be NULL when `count` is 0.  `out->alloc` serves working memory too.
 * O(n log n) for n structs. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_update_merge(const yoke_bytes *updates, size_t count,
                                                    const yoke_limits *limits, yoke_blob *out);

/* yoke_update_diff - `update` without what the state vector `sv` covers (diffUpdate); YOKE_NONE
 * covers nothing.  The delete set stays whole. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_update_diff(yoke_bytes update, yoke_bytes sv,
                                                   const yoke_limits *limits, yoke_blob *out);

/* yoke_update_state_vector - the state vector of a document that holds only `update`
 * (encodeStateVectorFromUpdate): a client counts up to its first gap, from clock 0. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_update_state_vector(yoke_bytes update,
                                                           const yoke_limits *limits,
                                                           yoke_blob *out);

/* yoke_update_visit - the clock range [from, to) of each client with structs in the update, in its
 * order (parseUpdateMeta).  `visit` gets `ctx` and returns false to stop. */
typedef bool yoke_range_fn(void *ctx, uint64_t client, uint64_t from, uint64_t to);
YOKE_API YOKE_MUST_CHECK yoke_err yoke_update_visit(yoke_bytes update, const yoke_limits *limits,
                                                    yoke_range_fn *visit, void *ctx);

/* yoke_update_visit_stretches - the same without gaps: each run of clocks between Skips, in the
 * order of the update. */
YOKE_API YOKE_MUST_CHECK yoke_err yoke_update_visit_stretches(yoke_bytes update,
                                                              const yoke_limits *limits,
                                                              yoke_range_fn *visit, void *ctx);

#ifdef __cplusplus
}
#endif

#endif

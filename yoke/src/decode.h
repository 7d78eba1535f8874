/* decode.h - the one reader of V1 updates, state vectors and lib0 values.
 *
 * It streams: nothing is allocated, every slice borrows from the input.  What it hands out is
 * wholly validated: lengths are not zero, counts fit the bytes that are left, text is UTF-8, JSON
 * is JSON, clocks end below 2^53, nesting is bounded.  References between structs are not looked
 * at, apart from those of a struct to itself or to its own client's future.
 *
 *   yoke__update_reader r;
 *   yoke__struct s;
 *   yoke__range d;
 *   bool more;
 *   err = yoke__update_open(&r, update, nesting);
 *   while (err == YOKE_OK && (err = yoke__update_next(&r, &s, &more)) == YOKE_OK && more) ...
 *   while (err == YOKE_OK && (err = yoke__update_next_delete(&r, &d, &more)) == YOKE_OK && more)
 * ...
 *
 * Source: yjs 13.6.33 (UpdateDecoderV1, readClientsStructRefs, readDeleteSet); docs/format.md.
 */
#ifndef YOKE_DECODE_H
#define YOKE_DECODE_H

#include "base/buf.h"
#include "base/varint.h"
#include "yoke/yoke.h"

/* Content references of the wire.  GC and SKIP are no items. */
enum {
    YOKE__GC = 0,
    YOKE__DELETED = 1,
    YOKE__JSON = 2,
    YOKE__BINARY = 3,
    YOKE__STRING = 4,
    YOKE__EMBED = 5,
    YOKE__FORMAT = 6,
    YOKE__TYPE = 7,
    YOKE__ANY = 8,
    YOKE__DOC = 9,
    YOKE__SKIP = 10,
};

/* Type references of the wire. */
enum {
    YOKE__TYPE_ARRAY,
    YOKE__TYPE_MAP,
    YOKE__TYPE_TEXT,
    YOKE__TYPE_XML_ELEMENT,
    YOKE__TYPE_XML_FRAGMENT,
    YOKE__TYPE_XML_HOOK,
    YOKE__TYPE_XML_TEXT,
};

enum {
    YOKE__INFO_SUB = 0x20,
    YOKE__INFO_RIGHT = 0x40,
    YOKE__INFO_ORIGIN = 0x80,
};

/* The nesting of values is followed on a stack of this many levels; limits.nesting is cut to it. */
#define YOKE__NESTING_MAX 1024

typedef struct yoke__struct {
    uint64_t client;
    uint64_t clock;
    uint64_t len;
    uint8_t ref;
    uint8_t info;        /* the YOKE__INFO_* bits of the byte on the wire; 0 for GC and SKIP */
    bool ascii;          /* STRING: every unit is one byte */
    bool parent_is_root; /* only meaningful when neither ORIGIN nor RIGHT is set */
    uint8_t type_ref;    /* TYPE */
    uint32_t wire_at;    /* of yoke__update_next: where the struct starts in the update */
    yoke_id origin;      /* with INFO_ORIGIN */
    yoke_id right;       /* with INFO_RIGHT */
    yoke_id parent;      /* with neither and not parent_is_root */
    bytes parent_name;   /* with neither and parent_is_root */
    bytes parent_sub;    /* with INFO_SUB and neither of ORIGIN and RIGHT */
    /* The content as it goes on the wire, without what follows from `len`:
     *   STRING       the UTF-8 text, no length        JSON, ANY  the elements, no count
     *   GC, DELETED, SKIP  empty                      others     all of the body */
    bytes content;
} yoke__struct;

typedef struct yoke__range {
    uint64_t client;
    uint64_t clock;
    uint64_t len;
} yoke__range;

/* How the client of a section stands in the update; structs mostly refer to their own client. */
typedef struct yoke__written_id {
    uint64_t id;
    uint64_t word; /* its bytes, as far as `mask` says */
    uint64_t mask;
    size_t len_bytes; /* 0: not known */
} yoke__written_id;

typedef struct yoke__update_reader {
    reader in;
    const uint8_t *start;
    size_t nesting;
    uint64_t sections_left;
    uint64_t structs_left; /* of this section; afterwards: ranges of this client */
    uint64_t client;
    uint64_t clock;
    yoke__written_id own; /* the client, of struct sections */
    bool in_deletes;
} yoke__update_reader;

YOKE_MUST_CHECK yoke_err yoke__update_open(yoke__update_reader *r, bytes update, size_t nesting);

/* yoke__update_next - the next struct; `*more` false when the struct sections are over. */
YOKE_MUST_CHECK yoke_err yoke__update_next(yoke__update_reader *r, yoke__struct *out, bool *more);

/* yoke__update_next_delete - the next range of the delete set, once the structs are over.  Empty
 * ranges are passed over.  At the end it checks that the input ends too. */
YOKE_MUST_CHECK yoke_err yoke__update_next_delete(yoke__update_reader *r, yoke__range *out,
                                                  bool *more);

/* yoke__struct_read - one struct at the front of `in`; client and clock are the caller's. */
YOKE_MUST_CHECK yoke_err yoke__struct_read(reader *in, uint64_t client, uint64_t clock,
                                           size_t nesting, yoke__struct *out);

/* yoke__struct_write - the struct from unit `offset` (< len) on, info byte first.  A cut item gets
 * the unit before it as origin; a cut surrogate pair becomes U+FFFD. */
void yoke__struct_write(buf *out, const yoke__struct *s, uint64_t offset);

/* yoke__struct_write_part - the same, ending before unit `end` (offset < end <= len). */
void yoke__struct_write_part(buf *out, const yoke__struct *s, uint64_t offset, uint64_t end);

/* A state vector is read as count, then pairs.  `yoke__state_open` checks the count against the
 * bytes left; `yoke__state_next` ends with `*more` false and checks that the input ends too. */
typedef struct yoke__state_reader {
    reader in;
    uint64_t left;
} yoke__state_reader;

YOKE_MUST_CHECK yoke_err yoke__state_open(yoke__state_reader *r, bytes sv);
YOKE_MUST_CHECK yoke_err yoke__state_next(yoke__state_reader *r, yoke_id *out, bool *more);

/* yoke__any_skip - validate one lib0 "any" of at most `nesting` levels and step over it. */
YOKE_MUST_CHECK yoke_err yoke__any_skip(reader *in, size_t nesting);

/* yoke__json_check - is `s` one well-formed JSON text of at most `nesting` levels? */
YOKE_MUST_CHECK yoke_err yoke__json_check(bytes s, size_t nesting);

/* yoke__elements_offset - byte offset of element `at` in a run of ANY or JSON elements that was
 * validated before. */
size_t yoke__elements_offset(bytes run, uint8_t ref, uint64_t at);

#endif

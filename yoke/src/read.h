/* read.h - values out of blocks.  Private to yoke/src. */
#ifndef YOKE_READ_H
#define YOKE_READ_H

#include "yoke/src/doc.h"

#define YOKE__KIND_BIT(kind) (1u << (kind))
#define YOKE__KINDS_ALL 0xffffffffu
#define YOKE__KINDS_TEXT                                                                           \
    (YOKE__KIND_BIT(YOKE_KIND_TEXT) | YOKE__KIND_BIT(YOKE_KIND_XML_TEXT) |                         \
     YOKE__KIND_BIT(YOKE_KIND_UNKNOWN))

/* yoke__any_value - a validated "any": scalars by value, containers as their bytes. */
yoke_value yoke__any_value(bytes any);
void yoke__any_number(buf *out, double number);
YOKE_MUST_CHECK yoke_err yoke__any_write(buf *out, const yoke_value *v, size_t nesting);

/* yoke__block_value - element `at` of a block that is not text, format or tombstone; of text the
 * unit as a string. */
yoke_value yoke__block_value(const yoke_doc *doc, const yoke__block *b, uint32_t at);

/* yoke__next_value - the same for one element after the other: `*offset` is where element `at`
 * begins in the content (0 for the first), and moves on.  A run of n elements costs O(n) so. */
yoke_value yoke__next_value(const yoke_doc *doc, const yoke__block *b, uint32_t at, size_t *offset);

/* yoke__json_string - quoted and escaped. */
void yoke__json_string(buf *out, bytes s);

/* yoke__xml_write - markup of an XML type or text, appended. */
YOKE_MUST_CHECK yoke_err yoke__xml_write(const yoke_doc *doc, yoke_type xml, buf *out);

#endif

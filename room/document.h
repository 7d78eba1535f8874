/* document.h - the document of a room as an engine document, also without a room: for the tools
 * that check and export, and for what is saved of a damaged room.
 */
#ifndef ROOM_DOCUMENT_H
#define ROOM_DOCUMENT_H

#include "room/room.h"

#include <yoke/yoke.h>

/* room_document_new - empty, for what is stored: of `l` only the nesting binds it.  `alloc` is
 * borrowed for the document's life; free with yoke_doc_free. Returns BASE_ENOMEM. */
BASE_MUST_CHECK int room_document_new(const limits *l, const yoke_allocator *alloc, yoke_doc **out);

/* room_document_replay - apply the snapshot, then the rows.  `*applied` counts those that went in,
 * the snapshot as one (may be NULL). Returns STORE_ECORRUPT at the first that the engine refuses,
 * BASE_ENOMEM; `*why` is then the engine's code.  What was applied before stays. */
BASE_MUST_CHECK int room_document_replay(yoke_doc *doc, const store_loaded *loaded, size_t *applied,
                                         yoke_err *why);

/* room_document_state - append one update that holds all of it, what waits for others included.
 * Equal documents give equal bytes.  Returns BASE_ENOMEM, BASE_ELIMIT. */
BASE_MUST_CHECK int room_document_state(const yoke_doc *doc, const yoke_allocator *alloc, buf *out);

/* room_document_text - append the text of file `file_id`, of at most ROOM_FILE_ID_BYTES_MAX.
 * Returns STORE_ENOTFOUND, BASE_ENOMEM, BASE_ELIMIT. */
#define ROOM_FILE_ID_BYTES_MAX 255
BASE_MUST_CHECK int room_document_text(yoke_doc *doc, const yoke_allocator *alloc, bytes file_id,
                                       buf *out);

/* room_document_files - as room_files. */
BASE_MUST_CHECK int room_document_files(yoke_doc *doc, const limits *l, room_file_fn *visit,
                                        void *ctx, size_t *total);

/* room_document_code - as room_code. */
BASE_MUST_CHECK int room_document_code(yoke_doc *doc, const limits *l, const yoke_allocator *alloc,
                                       buf *out);

#endif

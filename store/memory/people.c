/* people.c - see people.h.  One shape serves all three kinds. */
#include "store/memory/people.h"

typedef struct kept_note {
    uint64_t n; /* of an author: its number */
    uint64_t seq;
    uint64_t author;
    uint32_t color_index;
    int64_t at_ms;
    uint8_t *ptr; /* name, text and ref, one after the other */
    size_t name_bytes, text_bytes, ref_bytes;
} kept_note;

static kept_note *notes_of(const buf *b, size_t *count)
{
    *count = b->len_bytes / sizeof(kept_note);
    return (kept_note *)(void *)b->ptr;
}

static size_t note_bytes(const kept_note *note)
{
    return note->name_bytes + note->text_bytes + note->ref_bytes;
}

static bytes note_name(const kept_note *note)
{
    return bytes_of(note->ptr, note->name_bytes);
}

static bytes note_text(const kept_note *note)
{
    return bytes_of(note->ptr + note->name_bytes, note->text_bytes);
}

static bytes note_ref(const kept_note *note)
{
    return bytes_of(note->ptr + note->name_bytes + note->text_bytes, note->ref_bytes);
}

static void copy_to(uint8_t **to, bytes s)
{
    if (s.len_bytes > 0)
        memcpy(*to, s.ptr, s.len_bytes);
    *to += s.len_bytes;
}

/* Gives the note its own copy of the texts. */
static int own_texts(memory_people *p, kept_note *note, bytes name, bytes text, bytes ref)
{
    note->name_bytes = name.len_bytes;
    note->text_bytes = text.len_bytes;
    note->ref_bytes = ref.len_bytes;
    note->ptr = base_alloc_get(p->alloc, note_bytes(note) + 1);
    if (note->ptr == NULL)
        return BASE_ENOMEM;
    uint8_t *to = note->ptr;
    copy_to(&to, name);
    copy_to(&to, text);
    copy_to(&to, ref);
    return BASE_OK;
}

static void free_note(memory_people *p, const kept_note *note)
{
    base_alloc_put(p->alloc, note->ptr, note_bytes(note) + 1);
}

static void free_notes(memory_people *p, buf *b)
{
    size_t count;
    kept_note *notes = notes_of(b, &count);
    for (size_t i = 0; i < count; i++)
        free_note(p, &notes[i]);
    buf_deinit(b);
}

void memory_people_init(memory_people *p, const base_alloc *alloc)
{
    *p = (memory_people){.alloc = alloc};
    buf_init(&p->authors, alloc, SIZE_MAX / 4);
    buf_init(&p->chat, alloc, SIZE_MAX / 4);
    buf_init(&p->versions, alloc, SIZE_MAX / 4);
}

void memory_people_deinit(memory_people *p)
{
    free_notes(p, &p->authors);
    free_notes(p, &p->chat);
    free_notes(p, &p->versions);
}

/* -------------------------------------------------------------------------------- authors --- */

int memory_author_put(memory_people *p, const store_author *author)
{
    size_t count, at = 0;
    kept_note note = {
        .n = author->author, .color_index = author->color_index, .at_ms = author->at_ms};
    if (buf_reserve(&p->authors, sizeof note) != BASE_OK ||
        own_texts(p, &note, author->name, bytes_of("", 0), bytes_of("", 0)) != BASE_OK)
        return BASE_ENOMEM;
    kept_note *notes = notes_of(&p->authors, &count);
    while (at < count && notes[at].n < note.n)
        at++;
    if (at < count && notes[at].n == note.n) {
        free_note(p, &notes[at]);
    } else {
        memmove(notes + at + 1, notes + at, (count - at) * sizeof *notes);
        p->authors.len_bytes += sizeof *notes;
    }
    notes[at] = note;
    return BASE_OK;
}

void memory_authors(const memory_people *p, store_author_fn *visit, void *ctx)
{
    size_t count;
    const kept_note *notes = notes_of(&p->authors, &count);
    for (size_t i = 0; i < count; i++)
        visit(ctx, &(store_author){notes[i].n, notes[i].color_index, notes[i].at_ms,
                                   note_name(&notes[i])});
}

/* ----------------------------------------------------------------------------------- chat --- */

static const kept_note *find_said(const memory_people *p, const store_chat *said)
{
    size_t count;
    const kept_note *notes = notes_of(&p->chat, &count);
    for (size_t i = count; said->ref.len_bytes > 0 && i-- > 0;)
        if (notes[i].author == said->author && bytes_equal(note_ref(&notes[i]), said->ref))
            return &notes[i];
    return NULL;
}

static void drop_oldest(memory_people *p)
{
    size_t count;
    kept_note *notes = notes_of(&p->chat, &count);
    free_note(p, &notes[0]);
    memmove(notes, notes + 1, (count - 1) * sizeof *notes);
    p->chat.len_bytes -= sizeof *notes;
}

int memory_chat_add(memory_people *p, store_chat *said, uint64_t keep)
{
    const kept_note *before = find_said(p, said);
    if (before != NULL) {
        said->n = before->n;
        said->at_ms = before->at_ms;
        return BASE_OK;
    }
    kept_note note = {.n = p->chat_last + 1,
                      .author = said->author,
                      .color_index = said->color_index,
                      .at_ms = said->at_ms};
    if (buf_reserve(&p->chat, sizeof note) != BASE_OK ||
        own_texts(p, &note, said->name, said->text, said->ref) != BASE_OK)
        return BASE_ENOMEM;
    buf_put(&p->chat, &note, sizeof note);
    said->n = ++p->chat_last;
    if (p->chat.len_bytes / sizeof note > keep)
        drop_oldest(p);
    return BASE_OK;
}

void memory_chat_read(const memory_people *p, uint64_t before_n, size_t max, store_chat_fn *visit,
                      void *ctx)
{
    size_t count;
    const kept_note *notes = notes_of(&p->chat, &count);
    for (size_t i = count; max > 0 && i-- > 0;) {
        if (notes[i].n >= before_n)
            continue;
        max--;
        visit(ctx, &(store_chat){notes[i].n, notes[i].author, notes[i].color_index, notes[i].at_ms,
                                 note_name(&notes[i]), note_text(&notes[i]), note_ref(&notes[i])});
    }
}

/* ------------------------------------------------------------------------------- versions --- */

int memory_version_add(memory_people *p, store_version *version, uint64_t max, uint64_t last_seq)
{
    size_t count;
    notes_of(&p->versions, &count);
    if (version->seq > last_seq)
        return STORE_ENOTFOUND;
    if (count >= max)
        return BASE_ELIMIT;
    kept_note note = {.n = count + 1,
                      .seq = version->seq != 0 ? version->seq : last_seq,
                      .author = version->author,
                      .at_ms = version->at_ms};
    if (buf_reserve(&p->versions, sizeof note) != BASE_OK ||
        own_texts(p, &note, version->name, bytes_of("", 0), bytes_of("", 0)) != BASE_OK)
        return BASE_ENOMEM;
    buf_put(&p->versions, &note, sizeof note);
    version->n = note.n;
    version->seq = note.seq;
    return BASE_OK;
}

void memory_versions(const memory_people *p, store_version_fn *visit, void *ctx)
{
    size_t count;
    const kept_note *notes = notes_of(&p->versions, &count);
    for (size_t i = 0; i < count; i++)
        visit(ctx, &(store_version){notes[i].n, notes[i].seq, notes[i].author, notes[i].at_ms,
                                    note_name(&notes[i])});
}

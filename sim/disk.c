/* disk.c - see disk.h. */
#include "sim/disk.h"

#include <assert.h>
#include <stdlib.h>

static void set_len(disk_bytes *b, size_t len_bytes)
{
    if (len_bytes > b->cap_bytes) {
        b->cap_bytes = len_bytes + len_bytes / 2 + 8192;
        b->ptr = realloc(b->ptr, b->cap_bytes);
        if (b->ptr == NULL)
            abort();
    }
    if (len_bytes > b->len_bytes)
        memset(b->ptr + b->len_bytes, 0, len_bytes - b->len_bytes);
    b->len_bytes = len_bytes;
}

static void put(disk_bytes *b, size_t at_bytes, const uint8_t *ptr, size_t len_bytes)
{
    assert(b != NULL);
    if (at_bytes + len_bytes > b->len_bytes)
        set_len(b, at_bytes + len_bytes);
    if (len_bytes > 0)
        memcpy(b->ptr + at_bytes, ptr, len_bytes);
}

static void do_op(disk_bytes *b, const disk_op *op)
{
    if (op->kind == DISK_WRITE)
        put(b, op->at_bytes, op->data, op->len_bytes);
    else if (op->kind == DISK_TRUNCATE)
        set_len(b, op->at_bytes);
}

void disk_init(disk *d, uint64_t seed)
{
    *d = (disk){.call_from = SIZE_MAX, .luck = rng_of(seed, 0x6469736B)};
}

void disk_deinit(disk *d)
{
    for (size_t i = 0; i < d->op_count; i++)
        free(d->ops[i].data);
    free(d->ops);
    for (size_t i = 0; i < DISK_FILES_MAX; i++) {
        free(d->files[i].now.ptr);
        free(d->files[i].safe.ptr);
    }
    *d = (disk){0};
}

/* Everything before a flush of its file is safe, and is no operation any more. */
static void settle(disk *d)
{
    for (size_t i = 0; i < d->op_count; i++) {
        if (d->ops[i].kind != DISK_FLUSH)
            continue;
        for (size_t k = 0; k < i; k++) {
            if (d->ops[k].file != d->ops[i].file)
                continue;
            do_op(&d->ops[k].file->safe, &d->ops[k]);
            free(d->ops[k].data);
            d->ops[k] = (disk_op){0};
        }
        d->ops[i] = (disk_op){0};
    }
    size_t kept = 0;
    for (size_t i = 0; i < d->op_count; i++)
        if (d->ops[i].file != NULL)
            d->ops[kept++] = d->ops[i];
    d->op_count = kept;
}

void disk_call_begin(disk *d)
{
    assert(d->call_from == SIZE_MAX);
    d->call_from = d->op_count;
}

void disk_call_end(disk *d)
{
    d->call_from = SIZE_MAX;
    settle(d);
}

/* Some of a write's sectors, at least one of them missing. */
static void tear(disk *d, const disk_op *op)
{
    size_t sectors = (op->len_bytes + DISK_SECTOR_BYTES - 1) / DISK_SECTOR_BYTES;
    size_t missing = (size_t)rng_below(&d->luck, sectors);
    for (size_t i = 0; i < sectors; i++) {
        size_t from = i * DISK_SECTOR_BYTES;
        size_t len =
            op->len_bytes - from < DISK_SECTOR_BYTES ? op->len_bytes - from : DISK_SECTOR_BYTES;
        if (i != missing && rng_percent(&d->luck, 60))
            put(&op->file->safe, op->at_bytes + from, op->data + from, len);
    }
}

static void copy(disk_bytes *to, const disk_bytes *from)
{
    set_len(to, from->len_bytes);
    if (from->len_bytes > 0)
        memcpy(to->ptr, from->ptr, from->len_bytes);
}

void disk_crash(disk *d, bool power)
{
    size_t made = d->op_count;
    if (d->call_from != SIZE_MAX)
        made = d->call_from + (size_t)rng_below(&d->luck, d->op_count - d->call_from + 1);
    for (size_t i = made; i < d->op_count; i++)
        free(d->ops[i].data);
    d->op_count = made;
    d->call_from = SIZE_MAX;
    settle(d);
    if (power) {
        /* Often all or nothing survives; else each write for itself. */
        unsigned kept_percent = (unsigned)rng_below(&d->luck, 4) * 33;
        for (size_t i = 0; i < d->op_count; i++) {
            if (rng_percent(&d->luck, kept_percent))
                do_op(&d->ops[i].file->safe, &d->ops[i]);
            else if (d->ops[i].kind == DISK_WRITE && rng_percent(&d->luck, 50))
                tear(d, &d->ops[i]);
            free(d->ops[i].data);
        }
        d->op_count = 0;
    }
    for (size_t i = 0; i < DISK_FILES_MAX; i++)
        copy(&d->files[i].now, &d->files[i].safe);
    for (size_t i = 0; i < d->op_count; i++)
        do_op(&d->ops[i].file->now, &d->ops[i]);
    d->dead = d->full = false;
    d->fail_in = 0;
}

disk_file *disk_find(disk *d, const char *name)
{
    for (size_t i = 0; i < DISK_FILES_MAX; i++)
        if (name[0] != '\0' && strcmp(d->files[i].name, name) == 0)
            return &d->files[i];
    return NULL;
}

disk_file *disk_create(disk *d, const char *name)
{
    disk_file *f = disk_find(d, name);
    for (size_t i = 0; i < DISK_FILES_MAX && f == NULL; i++)
        if (d->files[i].name[0] == '\0')
            f = &d->files[i];
    assert(f != NULL);
    snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

void disk_delete(disk *d, const char *name)
{
    disk_file *f = disk_find(d, name);
    if (f == NULL)
        return;
    /* Also of a call under way: what it deletes is gone, whatever else of it is lost. */
    size_t kept = 0, kept_before_call = 0;
    for (size_t i = 0; i < d->op_count; i++) {
        if (d->ops[i].file == f) {
            free(d->ops[i].data);
            continue;
        }
        d->ops[kept++] = d->ops[i];
        kept_before_call += i < d->call_from;
    }
    d->op_count = kept;
    if (d->call_from != SIZE_MAX)
        d->call_from = kept_before_call;
    set_len(&f->now, 0);
    set_len(&f->safe, 0);
    f->name[0] = '\0';
}

static bool fails(disk *d)
{
    if (d->dead)
        return true;
    if (d->fail_in == 0)
        return false;
    if (d->fail_in > 1)
        d->fail_in--;
    return d->fail_in == 1;
}

static void note(disk *d, disk_op op)
{
    if (d->op_count == d->op_cap) {
        d->op_cap = d->op_cap == 0 ? 64 : 2 * d->op_cap;
        d->ops = realloc(d->ops, d->op_cap * sizeof *d->ops);
        if (d->ops == NULL)
            abort();
    }
    d->ops[d->op_count++] = op;
    do_op(&op.file->now, &op);
    if (d->call_from == SIZE_MAX && op.kind == DISK_FLUSH)
        settle(d);
}

disk_result disk_write(disk *d, disk_file *f, size_t at_bytes, const void *ptr, size_t len_bytes)
{
    if (fails(d))
        return DISK_FAILED;
    if (d->full && at_bytes + len_bytes > f->now.len_bytes)
        return DISK_FULL;
    uint8_t *data = malloc(len_bytes > 0 ? len_bytes : 1);
    if (data == NULL)
        abort();
    if (len_bytes > 0)
        memcpy(data, ptr, len_bytes);
    d->writes++;
    note(d, (disk_op){DISK_WRITE, f, at_bytes, len_bytes, data});
    return DISK_OK;
}

disk_result disk_truncate(disk *d, disk_file *f, size_t len_bytes)
{
    if (fails(d))
        return DISK_FAILED;
    note(d, (disk_op){DISK_TRUNCATE, f, len_bytes, 0, NULL});
    return DISK_OK;
}

disk_result disk_flush(disk *d, disk_file *f)
{
    if (fails(d))
        return DISK_FAILED;
    d->flushes++;
    note(d, (disk_op){DISK_FLUSH, f, 0, 0, NULL});
    return DISK_OK;
}

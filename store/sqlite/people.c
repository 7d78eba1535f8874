/* people.c - authors, chat and named versions. */
#include "store/sqlite/people.h"

#include "store/sqlite/rooms.h"

#define STATEMENTS(X)                                                                              \
    X(AUTHOR_PUT, "INSERT INTO authors (room, author, color_index, at_ms, name)"                   \
                  " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (room, author) DO UPDATE SET"          \
                  " color_index = excluded.color_index, at_ms = excluded.at_ms,"                   \
                  " name = excluded.name")                                                         \
    X(AUTHORS, "SELECT author, color_index, at_ms, name FROM authors WHERE room = ?1"              \
               " ORDER BY author")                                                                 \
    X(CHAT_FIND, "SELECT n, at_ms FROM chat WHERE room = ?1 AND author = ?2 AND ref = ?3")         \
    X(CHAT_LAST, "SELECT coalesce(max(n), 0) FROM chat WHERE room = ?1")                           \
    X(CHAT_ADD, "INSERT INTO chat (room, n, author, color_index, at_ms, name, text, ref)"          \
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                                        \
    X(CHAT_TRIM, "DELETE FROM chat WHERE room = ?1 AND n <= ?2")                                   \
    X(CHAT_READ, "SELECT n, author, color_index, at_ms, name, text, ref FROM chat"                 \
                 " WHERE room = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3")                           \
    X(LAST_SEQ, "SELECT max(coalesce((SELECT max(seq) FROM log WHERE room = ?1), 0),"              \
                " coalesce((SELECT upto_seq FROM snapshots WHERE room = ?1), 0))")                 \
    X(VERSION_LAST, "SELECT coalesce(max(n), 0) FROM versions WHERE room = ?1")                    \
    X(VERSION_ADD, "INSERT INTO versions (room, n, seq, author, at_ms, name)"                      \
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                                             \
    X(VERSIONS, "SELECT n, seq, author, at_ms, name FROM versions WHERE room = ?1 ORDER BY n")

enum { STATEMENTS(SQLITE_STATEMENT_ENUM) Q_COUNT };

static const char *const statements[] = {STATEMENTS(SQLITE_STATEMENT_SQL)};

const sqlite_statements sqlite_people_statements = {statements, Q_COUNT};

static sqlite3_stmt *statement(sqlite_store *s, int at)
{
    return s->prepared[NOUN_PEOPLE][at];
}

static void bind_text(sqlite3_stmt *q, int at, bytes text)
{
    sqlite3_bind_text64(q, at, text.len_bytes > 0 ? (const char *)text.ptr : "", text.len_bytes,
                        SQLITE_STATIC, SQLITE_UTF8);
}

static void done(sqlite3_stmt *q)
{
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
}

static uint64_t column_u64(sqlite3_stmt *q, int at)
{
    return (uint64_t)sqlite3_column_int64(q, at);
}

/* The one number that `q` asks of the room. */
static int ask_number(sqlite3_stmt *q, sqlite3_int64 key, uint64_t *out)
{
    sqlite3_bind_int64(q, 1, key);
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = column_u64(q, 0);
    done(q);
    return sqlite_err(rc);
}

static int room_key(sqlite_store *s, const char *id, sqlite3_int64 *key)
{
    store_room room;
    return sqlite_room_read(s, id, &room, key);
}

/* A transaction in the room; after an error there is none. */
static int begin_in_room(sqlite_store *s, const char *id, sqlite3_int64 *key)
{
    int err = sqlite_begin(s);
    if (err != BASE_OK)
        return err;
    err = room_key(s, id, key);
    return err == BASE_OK ? BASE_OK : sqlite_end(s, err);
}

/* -------------------------------------------------------------------------------- authors --- */

int sqlite_author_put(store *base, const char *id, const store_author *author)
{
    sqlite_store *s = sqlite_self(base);
    sqlite3_stmt *q = statement(s, Q_AUTHOR_PUT);
    sqlite3_int64 key = 0;
    int err = begin_in_room(s, id, &key);
    if (err != BASE_OK)
        return err;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)author->author);
    sqlite3_bind_int64(q, 3, author->color_index);
    sqlite3_bind_int64(q, 4, author->at_ms);
    bind_text(q, 5, author->name);
    return sqlite_end(s, sqlite_run(q));
}

int sqlite_authors(store_reader *base, const char *id, store_author_fn *visit, void *ctx)
{
    sqlite_store *s = sqlite_reading(base);
    sqlite3_stmt *q = statement(s, Q_AUTHORS);
    sqlite3_int64 key = 0;
    int err = room_key(s, id, &key);
    if (err != BASE_OK)
        return err;
    sqlite3_bind_int64(q, 1, key);
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        visit(ctx, &(store_author){.author = column_u64(q, 0),
                                   .color_index = (uint32_t)sqlite3_column_int64(q, 1),
                                   .at_ms = sqlite3_column_int64(q, 2),
                                   .name = sqlite_bytes(q, 3)});
    done(q);
    return sqlite_err(rc);
}

/* ----------------------------------------------------------------------------------- chat --- */

/* Was it said before?  Then `said` gets its number and time. */
static int find_said(sqlite_store *s, sqlite3_int64 key, store_chat *said, bool *found)
{
    sqlite3_stmt *q = statement(s, Q_CHAT_FIND);
    *found = false;
    if (said->ref.len_bytes == 0)
        return BASE_OK;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)said->author);
    bind_text(q, 3, said->ref);
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW) {
        *found = true;
        said->n = column_u64(q, 0);
        said->at_ms = sqlite3_column_int64(q, 1);
    }
    done(q);
    return sqlite_err(rc);
}

static int add_said(sqlite_store *s, sqlite3_int64 key, store_chat *said, uint64_t keep)
{
    sqlite3_stmt *q = statement(s, Q_CHAT_ADD);
    uint64_t last = 0;
    int err = ask_number(statement(s, Q_CHAT_LAST), key, &last);
    if (err != BASE_OK)
        return err;
    said->n = last + 1;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)said->n);
    sqlite3_bind_int64(q, 3, (sqlite3_int64)said->author);
    sqlite3_bind_int64(q, 4, said->color_index);
    sqlite3_bind_int64(q, 5, said->at_ms);
    bind_text(q, 6, said->name);
    bind_text(q, 7, said->text);
    bind_text(q, 8, said->ref);
    err = sqlite_run(q);
    if (err == BASE_OK && said->n > keep) {
        q = statement(s, Q_CHAT_TRIM);
        sqlite3_bind_int64(q, 1, key);
        sqlite3_bind_int64(q, 2, (sqlite3_int64)(said->n - keep));
        err = sqlite_run(q);
    }
    return err;
}

int sqlite_chat_add(store *base, const char *id, store_chat *said, uint64_t keep)
{
    sqlite_store *s = sqlite_self(base);
    sqlite3_int64 key = 0;
    bool found = false;
    store_chat added = *said;
    int err = begin_in_room(s, id, &key);
    if (err != BASE_OK)
        return err;
    err = find_said(s, key, &added, &found);
    if (err == BASE_OK && !found)
        err = add_said(s, key, &added, keep);
    err = sqlite_end(s, err);
    if (err == BASE_OK)
        *said = added;
    return err;
}

int sqlite_chat_read(store_reader *base, const char *id, uint64_t before_n, size_t max,
                     store_chat_fn *visit, void *ctx)
{
    sqlite_store *s = sqlite_reading(base);
    sqlite3_stmt *q = statement(s, Q_CHAT_READ);
    sqlite3_int64 key = 0;
    int err = room_key(s, id, &key);
    if (err != BASE_OK)
        return err;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)before_n);
    sqlite3_bind_int64(q, 3, (sqlite3_int64)max);
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        visit(ctx, &(store_chat){.n = column_u64(q, 0),
                                 .author = column_u64(q, 1),
                                 .color_index = (uint32_t)sqlite3_column_int64(q, 2),
                                 .at_ms = sqlite3_column_int64(q, 3),
                                 .name = sqlite_bytes(q, 4),
                                 .text = sqlite_bytes(q, 5),
                                 .ref = sqlite_bytes(q, 6)});
    done(q);
    return sqlite_err(rc);
}

/* ------------------------------------------------------------------------------- versions --- */

static int add_version(sqlite_store *s, sqlite3_int64 key, store_version *version, uint64_t max)
{
    sqlite3_stmt *q = statement(s, Q_VERSION_ADD);
    uint64_t last_seq = 0, last_n = 0;
    int err = ask_number(statement(s, Q_LAST_SEQ), key, &last_seq);
    if (err == BASE_OK)
        err = ask_number(statement(s, Q_VERSION_LAST), key, &last_n);
    if (err != BASE_OK)
        return err;
    if (version->seq > last_seq)
        return STORE_ENOTFOUND;
    if (last_n >= max)
        return BASE_ELIMIT;
    version->n = last_n + 1;
    if (version->seq == 0)
        version->seq = last_seq;
    sqlite3_bind_int64(q, 1, key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)version->n);
    sqlite3_bind_int64(q, 3, (sqlite3_int64)version->seq);
    sqlite3_bind_int64(q, 4, (sqlite3_int64)version->author);
    sqlite3_bind_int64(q, 5, version->at_ms);
    bind_text(q, 6, version->name);
    return sqlite_run(q);
}

int sqlite_version_add(store *base, const char *id, store_version *version, uint64_t max)
{
    sqlite_store *s = sqlite_self(base);
    sqlite3_int64 key = 0;
    store_version added = *version;
    int err = begin_in_room(s, id, &key);
    if (err != BASE_OK)
        return err;
    err = sqlite_end(s, add_version(s, key, &added, max));
    if (err == BASE_OK)
        *version = added;
    return err;
}

int sqlite_versions(store_reader *base, const char *id, store_version_fn *visit, void *ctx)
{
    sqlite_store *s = sqlite_reading(base);
    sqlite3_stmt *q = statement(s, Q_VERSIONS);
    sqlite3_int64 key = 0;
    int err = room_key(s, id, &key);
    if (err != BASE_OK)
        return err;
    sqlite3_bind_int64(q, 1, key);
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        visit(ctx, &(store_version){.n = column_u64(q, 0),
                                    .seq = column_u64(q, 1),
                                    .author = column_u64(q, 2),
                                    .at_ms = sqlite3_column_int64(q, 3),
                                    .name = sqlite_bytes(q, 4)});
    done(q);
    return sqlite_err(rc);
}

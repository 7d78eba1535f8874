/* The order of concurrent inserts: the engine, which takes short cuts, against Yjs' rule written
 * down plainly, unit by unit, on structs that name any neighbours, possible ones and others. */
#include <stdlib.h>

#include "yoke/test/helpers.h"

enum { UNITS = 700, CLIENTS = 120, SPOTS = 4, PROGRAMS = 200, FIRST_CHAR = 0x100, NOWHERE = -1 };

static uint64_t random_state;

static int below(int bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((random_state >> 33) % (uint64_t)bound);
}

/* ---- the slow twin: units by number, in a list ---- */

typedef struct unit {
    int client;
    int clock;
    int origin; /* numbers of units, or NOWHERE */
    int right;
    int next;
} unit;

typedef struct twin {
    unit units[UNITS];
    int count;
    int start;
    int state[CLIENTS];
} twin;

/* Item.integrate of yjs 13.6.33: the scan with its two sets. */
static void twin_integrate(twin *t, int i)
{
    bool before[UNITS] = {false};
    bool conflicting[UNITS] = {false};
    unit *u = &t->units[i];
    int left = u->origin;
    int o = left != NOWHERE ? t->units[left].next : t->start;
    while (o != NOWHERE && o != u->right) {
        const unit *p = &t->units[o];
        before[o] = conflicting[o] = true;
        bool moves = false;
        if (p->origin == u->origin) {
            moves = p->client < u->client;
            if (!moves && p->right == u->right)
                break;
        } else if (p->origin != NOWHERE && before[p->origin]) {
            moves = !conflicting[p->origin];
        } else {
            break;
        }
        if (moves) {
            left = o;
            memset(conflicting, 0, sizeof conflicting);
        }
        o = p->next;
    }
    u->next = left != NOWHERE ? t->units[left].next : t->start;
    if (left != NOWHERE)
        t->units[left].next = i;
    else
        t->start = i;
}

/* ---- one struct of one character as an update ---- */

static size_t put_varuint(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    for (; v >= 128; v >>= 7)
        out[n++] = (uint8_t)(v | 128);
    out[n++] = (uint8_t)v;
    return n;
}

static size_t put_id(uint8_t *out, const twin *t, int i)
{
    size_t n = put_varuint(out, (uint64_t)t->units[i].client + 1);
    return n + put_varuint(out + n, (uint64_t)t->units[i].clock);
}

static void apply_unit(yoke_doc *doc, const twin *t, int i)
{
    const unit *u = &t->units[i];
    uint8_t out[64] = {1, 1};
    size_t n = 2;
    n += put_id(out + n, t, i);
    out[n++] = (uint8_t)(4 | (u->origin != NOWHERE ? 0x80 : 0) | (u->right != NOWHERE ? 0x40 : 0));
    if (u->origin != NOWHERE)
        n += put_id(out + n, t, u->origin);
    if (u->right != NOWHERE)
        n += put_id(out + n, t, u->right);
    if (u->origin == NOWHERE && u->right == NOWHERE) {
        memcpy(out + n, "\x01\x01t", 3);
        n += 3;
    }
    out[n++] = 2;
    out[n++] = (uint8_t)(0xc0 | (FIRST_CHAR + i) >> 6);
    out[n++] = (uint8_t)(0x80 | ((FIRST_CHAR + i) & 0x3f));
    out[n++] = 0;
    must(yoke_doc_apply(doc, (yoke_bytes){out, n}, 0, NULL));
}

static void assert_same_order(yoke_doc *doc, const twin *t)
{
    yoke_type text;
    yoke_blob got = YOKE_BLOB_INIT;
    must(yoke_doc_root(doc, YOKE_STR("t"), YOKE_KIND_TEXT, &text));
    must(yoke_text_utf16(doc, text, 0, UINT64_MAX, &got));
    assert_int_equal(got.len_bytes, 2 * (size_t)t->count);
    int at = t->start;
    for (int k = 0; k < t->count; k++, at = t->units[at].next) {
        uint16_t c;
        memcpy(&c, got.ptr + 2 * k, sizeof c);
        assert_int_equal(c, FIRST_CHAR + at);
    }
    assert_int_equal(at, NOWHERE);
    assert_null(yoke_doc_check(doc));
    yoke_blob_free(&got);
}

/* ---- programs ---- */

typedef struct spot {
    int origin;
    int right;
} spot;

static int any_unit(const twin *t)
{
    return below(t->count + 1) - 1;
}

/* Mostly into a few gaps that many write into, as they once were; sometimes where two units stand
 * side by side now; and, in `wild` programs, between any two, which no editor does. */
static spot choose(const twin *t, spot spots[SPOTS], bool wild)
{
    spot *s = &spots[below(SPOTS)];
    int dice = below(100);
    if (t->count == 0)
        return (spot){NOWHERE, NOWHERE};
    if (dice < 2) {
        s->origin = any_unit(t);
        s->right = s->origin != NOWHERE ? t->units[s->origin].next : t->start;
    }
    if (wild && dice >= 97)
        return (spot){any_unit(t), any_unit(t)};
    if (dice >= 80) {
        int origin = any_unit(t);
        return (spot){origin, origin != NOWHERE ? t->units[origin].next : t->start};
    }
    return *s;
}

static void run_program(uint64_t seed, bool wild)
{
    twin *t = malloc(sizeof *t);
    spot spots[SPOTS];
    yoke_doc *doc = new_doc(false);
    assert_non_null(t);
    random_state = seed;
    *t = (twin){.start = NOWHERE};
    for (int i = 0; i < SPOTS; i++)
        spots[i] = (spot){NOWHERE, NOWHERE};
    while (t->count < UNITS) {
        spot s = choose(t, spots, wild);
        int client = below(CLIENTS);
        int i = t->count++;
        t->units[i] = (unit){client, t->state[client]++, s.origin, s.right, NOWHERE};
        twin_integrate(t, i);
        apply_unit(doc, t, i);
        if (i % 100 == 99)
            assert_same_order(doc, t);
    }
    assert_same_order(doc, t);
    yoke_doc_free(doc);
    free(t);
}

static void order_is_that_of_yjs_where_editors_write(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++)
        run_program(seed, false);
}

static void order_is_that_of_yjs_on_any_structs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++)
        run_program(1000 + seed, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_that_of_yjs_where_editors_write),
        cmocka_unit_test(order_is_that_of_yjs_on_any_structs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Completion on code that is cut off, random or hostile, and without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf.h"
#include "suggest/suggest.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char sample[] =
    "#!/usr/bin/env python\n\"\"\"Doc.\"\"\"\nimport os.path as p, sys\nfrom a.b import (c as d, "
    "e)\n"
    "@dec(1)\nclass A(B, metaclass=M):\n    x: int = 1\n    def __init__(self, a, *b, c=3, **d):\n"
    "        self.a = f\"{a!r:>{c}} {{}} {self.x['k']}\"\n        try:\n            pass\n"
    "        except (E, F) as err:\n            raise X from err\n        finally:\n            "
    "...\n"
    "    async def go(self):\n        async with q as r, s as (t, u):\n            await z\n"
    "        return [i for i, j in y if (k := i) > 1]\nmatch v:\n    case {'k': w, **rest} if w:\n"
    "        lam = lambda m, n=1: m.n\n    case _:\n        pass\ndef größe(\n    n: \"str\",\n"
    "):\n\tif n: return 1\n\telse:\n\t\tfor 変数 in '😀':\n\t\t\tbreak\ntype T[K] = dict[K, int]\n"
    "if __name__ == '__main__':\n    super().a.b().c[1:2, ...] += 0x1f\n";

/* Every prefix of the sample, with the cursor at its end, and the whole at every place. */
static void survives_every_prefix(void **state)
{
    (void)state;
    suggest_options options = suggest_options_default();
    options.explicit_request = true;
    size_t len_utf16;
    for (size_t n = 0; n < sizeof sample; n++) {
        bytes code = bytes_of(sample, n);
        if (utf_measure(code, &len_utf16) != BASE_OK)
            continue;
        suggest_list list;
        assert_int_equal(suggest_python(code, len_utf16, &options, base_alloc_libc(), &list),
                         BASE_OK);
        for (size_t i = 1; i < list.count; i++)
            assert_true(list.items[i - 1].score >= list.items[i].score);
        suggest_list_deinit(&list);
    }
    for (size_t at = 0; at <= len_utf16; at++) {
        suggest_list list;
        assert_int_equal(
            suggest_python(bytes_of_str(sample), at, &options, base_alloc_libc(), &list), BASE_OK);
        suggest_list_deinit(&list);
    }
}

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void survives_random_code(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "def ",  "class ", "(",       ")",       ":",       "\n",   "\n    ", "\n\t",
        "self",  ".",      "x",       "import ", "from ",   " as ", "=",      "f'",
        "{",     "}",      "'",       "\"\"\"",  "lambda ", "for ", " in ",   "[",
        "]",     ",",      "*",       "else",    "try",     "if ",  "async ", "match ",
        "case ", ";",      "@",       "with ",   "#",       "\\\n", "1",      "é",
        "😀",     "A",      "super()", "global ", "except ", ":=",   "type "};
    suggest_options options = suggest_options_default();
    options.explicit_request = true;
    uint64_t seed = 11;
    for (int round = 0; round < 20000; round++) {
        buf code;
        buf_init(&code, base_alloc_libc(), 1 << 16);
        size_t cursor = 0;
        for (int i = 0; i < 30; i++) {
            buf_put_str(&code, parts[next(&seed) % COUNT(parts)]);
            if (next(&seed) % 8 == 0)
                assert_int_equal(utf_measure(buf_view(&code), &cursor), BASE_OK);
        }
        suggest_list list;
        assert_int_equal(
            suggest_python(buf_view(&code), cursor, &options, base_alloc_libc(), &list), BASE_OK);
        suggest_list_deinit(&list);
        buf_deinit(&code);
    }
}

static void survives_random_bytes(void **state)
{
    (void)state;
    suggest_options options = suggest_options_default();
    uint64_t seed = 13;
    for (int round = 0; round < 20000; round++) {
        uint8_t noise[64];
        size_t n = next(&seed) % sizeof noise;
        for (size_t i = 0; i < n; i++)
            noise[i] = (uint8_t)(next(&seed) & (round % 2 != 0 ? 0x7f : 0xff));
        suggest_list list;
        int err = suggest_python(bytes_of(noise, n), next(&seed) % (n + 1), &options,
                                 base_alloc_libc(), &list);
        assert_true(err == BASE_OK || err == BASE_EMALFORMED || err == SUGGEST_ECURSOR);
        if (err == BASE_OK)
            suggest_list_deinit(&list);
    }
}

/* One piece over and over, to a quarter of a megabyte: what was quadratic would not come back. */
static void survives_repetition(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "(",      "lambda ", "[x for x in ", "f'{",     "f\"{f'{", "as (",
        "def f(", "x=",      "x,",           "self.a.", "if x:\n", "else:\n",
        "try:\n", "a\n b\n", "from a ",      "{",       "}",       "global x;",
        "(x\n",   "x=y\n(",  "\\\n",         "lambda:", "for (",   "with a as (",
        "é",      "@a\n",    "class A(A):\n"};
    static const char *const tails[] = {"", "\nx", "\nels", ".x"};
    suggest_options options = suggest_options_default();
    options.explicit_request = true;
    for (size_t i = 0; i < COUNT(parts) * COUNT(tails); i++) {
        buf code;
        buf_init(&code, base_alloc_libc(), 1 << 20);
        while (code.len_bytes < (1 << 18))
            buf_put_str(&code, parts[i / COUNT(tails)]);
        buf_put_str(&code, tails[i % COUNT(tails)]);
        size_t len_utf16;
        assert_int_equal(utf_measure(buf_view(&code), &len_utf16), BASE_OK);
        suggest_list list;
        assert_int_equal(
            suggest_python(buf_view(&code), len_utf16, &options, base_alloc_libc(), &list),
            BASE_OK);
        suggest_list_deinit(&list);
        buf_deinit(&code);
    }
}

/* An allocator that fails from the n-th call on and counts what is held. */
typedef struct poor {
    size_t left;
    size_t held_bytes;
} poor;

static void *poor_alloc(void *ctx, size_t size_bytes)
{
    poor *p = ctx;
    if (p->left == 0)
        return NULL;
    p->left--;
    p->held_bytes += size_bytes;
    return base_alloc_get(base_alloc_libc(), size_bytes);
}

static void *poor_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    poor *p = ctx;
    if (p->left == 0)
        return NULL;
    p->left--;
    p->held_bytes += new_bytes - old_bytes;
    return base_alloc_resize(base_alloc_libc(), ptr, old_bytes, new_bytes);
}

static void poor_release(void *ctx, void *ptr, size_t size_bytes)
{
    poor *p = ctx;
    if (ptr != NULL)
        p->held_bytes -= size_bytes;
    base_alloc_put(base_alloc_libc(), ptr, size_bytes);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    suggest_options options = suggest_options_default();
    options.explicit_request = true;
    size_t len_utf16;
    assert_int_equal(utf_measure(bytes_of_str(sample), &len_utf16), BASE_OK);
    int err = BASE_ENOMEM;
    size_t n = 0;
    for (; err != BASE_OK; n++) {
        poor p = {.left = n};
        base_alloc alloc = {&p, poor_alloc, poor_resize, poor_release};
        suggest_list list;
        err = suggest_python(bytes_of_str(sample), len_utf16, &options, &alloc, &list);
        assert_true(err == BASE_OK || err == BASE_ENOMEM);
        if (err == BASE_OK)
            suggest_list_deinit(&list);
        assert_int_equal(p.held_bytes, 0);
        assert_true(n < 200);
    }
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_every_prefix),     cmocka_unit_test(survives_random_code),
        cmocka_unit_test(survives_random_bytes),     cmocka_unit_test(survives_repetition),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "suggest/tokenizer.h"

/* Tokens as one line: kind letter and text, so that a table of cases can be read.
 * n name, k keyword, # number, s string, f t e f-string start, text, end, c comment, o operator,
 * N newline, > indent, < dedent; `!` behind a string that is open. */
static void describe(bytes code, buf *out)
{
    static const char letters[] = "nk#sftecoN><.";
    token_list list;
    assert_int_equal(token_list_scan(code, base_alloc_libc(), &list), BASE_OK);
    for (size_t i = 0; i + 1 < list.count; i++) {
        const token *t = &list.items[i];
        if (i > 0)
            buf_put_u8(out, ' ');
        buf_put_u8(out, (uint8_t)letters[t->kind]);
        if (t->kind < TOKEN_NEWLINE)
            buf_put_bytes(out, token_text(code, t));
        if ((t->flags & TOKEN_OPEN) != 0)
            buf_put_u8(out, '!');
    }
    buf_put_u8(out, 0);
    token_list_deinit(&list);
}

static const struct {
    const char *code;
    const char *tokens;
} cases[] = {
    {"", ""},
    {"\n\n", ""},
    {"x = 1", "nx o= #1 N"},
    {"if a:\n  b\nc", "kif na o: N > nb N < nc N"},
    {"if a:\n\tb\n        c\n", "kif na o: N > nb N nc N <"},
    {"if a:\n    b\n  c\n", "kif na o: N > nb N < > nc N <"},
    {"# one\n   # two\nx", "c# one c# two nx N"},
    {"a # tail\n", "na c# tail N"},
    {"match x", "nmatch nx N"},
    /* numbers */
    {"0xfF 0b1_0 1e-5 1_0.5j 1.e3 .5 1if 3.real",
     "#0xfF #0b1_0 #1e-5 #1_0.5j #1.e3 #.5 #1 kif #3. nreal N"},
    /* operators */
    {"a:=b->c**=d//e!=f...", "na o:= nb o-> nc o**= nd o// ne o!= nf o... N"},
    {"a<<=b @c", "na o<<= nb o@ nc N"},
    {"$ ?", "o$ o? N"},
    /* strings */
    {"'a' \"b\" r'\\' '", "s'a' s\"b\" sr'\\' ' N"},
    {"'a\\'b' x", "s'a\\'b' nx N"},
    {"rb'x' BR\"y\" u'z'", "srb'x' sBR\"y\" su'z' N"},
    {"'''a\n'b''' c", "s'''a\n'b''' nc N"},
    {"'open\nx", "s'open! N nx N"},
    {"'join\\\ned' x", "s'join\\\ned' nx N"},
    {"\"\"\"to the end\nx", "s\"\"\"to the end\nx! N"},
    {"xyz'a'", "nxyz s'a' N"},
    {"''", "s'' N"},
    {"'a' 'b", "s'a' s'b! N"},
    /* f-strings */
    {"f'a{b}c' d", "ff' ta o{ nb o} tc e' nd N"},
    {"f'{{x}}'", "ff' t{{x}} e' N"},
    {"f'{a!r:>{w}.2f}' b", "ff' o{ na o! nr o: t> o{ nw o} t.2f o} e' nb N"},
    {"f'{x[\"k\"]}' b", "ff' o{ nx o[ s\"k\" o] o} e' nb N"},
    {"f'{d['k']}' b", "ff' o{ nd o[ s'k' o] o} e' nb N"},
    {"f'{f'{x}'}' b", "ff' o{ ff' o{ nx o} e' o} e' nb N"},
    {"f'{ {1: 2}[1] }'", "ff' o{ o{ #1 o: #2 o} o[ #1 o] o} e' N"},
    {"f'''{a}\n'{b}''' c", "ff''' o{ na o} t\n' o{ nb o} e''' nc N"},
    {"rf'\\{x}'", "frf' t\\ o{ nx o} e' N"},
    {"f'{(a}' b", "ff' o{ o( na o} e' nb N"},
    {"f'{x=}'", "ff' o{ nx o= o} e' N"},
    {"f'{x:%H:%M}' y", "ff' o{ nx o: t%H:%M o} e' ny N"},
    {"f'{na\nx = 1", "ff' o{ nna e N nx o= #1 N"},
    {"f'{x:>\ny", "ff' o{ nx o: t> e N ny N"},
    {"f'abc\ny", "ff' tabc e N ny N"},
    {"f'abc", "ff' tabc e N"},
    {"f'a\\'b' c", "ff' ta\\'b e' nc N"},
    /* joining */
    {"f(a,\n  b)\nc", "nf o( na o, nb o) N nc N"},
    {"a + \\\n  b\nc", "na o+ nb N nc N"},
    {"[1, # one\n 2]", "o[ #1 o, c# one #2 o] N"},
    /* half-typed */
    {"print(\ndef f(): pass", "nprint o( N kdef nf o( o) o: kpass N"},
    {"print(\nx = 1", "nprint o( N nx o= #1 N"},
    {"print(\n  x = 1)", "nprint o( nx o= #1 o) N"},
    {"foo([1, 2)\nx", "nfoo o( o[ #1 o, #2 o) N nx N"},
    {")] x", "o) o] nx N"},
    {"a \\", "na o\\ N"},
    /* Unicode */
    {"größe = наме + 変数", "ngröße o= nнаме o+ n変数 N"},
    {"a\xe2\x80\xa6 \xf0\x9f\x98\x80", "na o\xe2\x80\xa6 o\xf0\x9f\x98\x80 N"},
    {"x\r\ny\r\n", "nx N ny N"},
};

static void reads_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf got;
        buf_init(&got, base_alloc_libc(), 1 << 16);
        describe(bytes_of_str(cases[i].code), &got);
        assert_string_equal((const char *)got.ptr, cases[i].tokens);
        buf_deinit(&got);
    }
}

static void counts_lines_columns_and_depth(void **state)
{
    (void)state;
    bytes code = bytes_of_str("'''\n\n'''\nif a:\n\tb(\n c)\n");
    token_list list;
    assert_int_equal(token_list_scan(code, base_alloc_libc(), &list), BASE_OK);
    for (size_t i = 0; i < list.count; i++) {
        const token *t = &list.items[i];
        bytes text = token_text(code, t);
        if (bytes_equal(text, bytes_of_str("if")))
            assert_true(t->line == 3 && t->column == 0 && (t->flags & TOKEN_LINE_FIRST) != 0);
        if (bytes_equal(text, bytes_of_str("b")))
            assert_true(t->line == 4 && t->column == 8 && t->depth == 0);
        if (bytes_equal(text, bytes_of_str("c")))
            assert_true(t->line == 5 && t->column == 8 && t->depth == 1);
    }
    token_list_deinit(&list);
}

/* Every byte that is not blank is in exactly one token, whatever the input. */
static void covers_any_bytes(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "f'", "{",  "}",    ":",    "'",      "\"\"\"", "f\"\"\"", "(", ")",   "[",
        "]",  "\n", "\n  ", "\\\n", "x",      "def ",   "=",       "#", "rf'", "\\",
        "1e", "é",  "\t",   "!",    "lambda", "'''",    "😀",       ".", " "};
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        buf code;
        buf_init(&code, base_alloc_libc(), 1 << 16);
        for (int i = 0; i < 24; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            buf_put_str(&code, parts[(seed >> 33) % (sizeof parts / sizeof parts[0])]);
        }
        token_list list;
        assert_int_equal(token_list_scan(buf_view(&code), base_alloc_libc(), &list), BASE_OK);
        uint32_t at = 0;
        for (size_t i = 0; i < list.count; i++) {
            const token *t = &list.items[i];
            assert_true(t->start >= at && t->end >= t->start && t->end <= code.len_bytes);
            for (; at < t->start; at++)
                assert_non_null(strchr(" \t\r\f\n\\", code.ptr[at]));
            at = t->end;
        }
        token_list_deinit(&list);
        buf_deinit(&code);
    }
}

static void *no_resize(void *ctx, void *ptr, size_t old_bytes, size_t new_bytes)
{
    (void)ctx, (void)ptr, (void)old_bytes, (void)new_bytes;
    return NULL;
}

static void out_of_memory_is_an_error(void **state)
{
    (void)state;
    base_alloc poor = *base_alloc_libc();
    poor.resize = no_resize;
    token_list list;
    bytes code = bytes_of_str("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((");
    assert_int_equal(token_list_scan(code, &poor, &list), BASE_ENOMEM);
    assert_null(list.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_table),
        cmocka_unit_test(counts_lines_columns_and_depth),
        cmocka_unit_test(covers_any_bytes),
        cmocka_unit_test(out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

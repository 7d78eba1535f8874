#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "suggest/scope.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Symbols in order of definition: `scope.name:kind`, the scope by its name, `.` for a member and
 * `owner?name` for an attribute. */
static void describe(const symbol_table *t, buf *out)
{
    for (size_t i = 1; i < t->symbol_count; i++) {
        const symbol *s = &t->symbols[i];
        const char *kind = suggest_kind_name(s->kind);
        uint32_t owner = s->owner;
        if (s->space != SPACE_ATTRIBUTE)
            owner = t->scopes[s->owner].name;
        if (out->len_bytes > 0)
            buf_put_u8(out, ' ');
        if (owner != 0)
            buf_put_bytes(out, t->names[owner].text);
        if (s->space != SPACE_SCOPE || owner != 0)
            buf_put_str(out, s->space == SPACE_SCOPE ? "/" : s->space == SPACE_MEMBER ? "." : "?");
        buf_put_bytes(out, t->names[s->name].text);
        buf_put_fmt(out, ":%.3s", kind);
        if (s->type.len_bytes > 0)
            buf_put_fmt(out, "=%.*s", (int)s->type.len_bytes, (const char *)s->type.ptr);
    }
    buf_put_u8(out, 0);
}

static const struct {
    const char *code;
    const char *symbols;
} cases[] = {
    {"", ""},
    {"x = 1", "x:var"},
    {"x", ""},
    {"x == 1", ""},
    {"x += 1", "x:var"},
    {"a, (b, *c) = d = e", "a:var b:var c:var d:var"},
    {"a[i], b.c, f(g) = 1", "b?c:pro"},
    {"x: int = 3", "x:var=int"},
    {"x: list[str]", "x:var=list"},
    {"s = 'a'; l = []; d = {}; e = {1}; b = b''; p = Point(1)",
     "s:var=str l:var=list d:var=dict e:var=set b:var=bytes p:var=Point"},
    {"x = [1] + y", "x:var"},
    {"x = Point(1).y", "x:var ?y:pro"},
    {"f = lambda a=1: a", "f:var a:par"},
    {"if x: y = 1", "y:var"},
    {"if x: y = 1; z = 2", "y:var z:var"},
    {"def f(a, *b, c: str = 3, **d): pass", "f:fun f/a:par f/b:par f/c:par=str f/d:par"},
    {"def f(a='x', b=[]): pass", "f:fun f/a:par=str f/b:par=list"},
    {"def f[T](a): pass", "f:fun f/a:par"},
    {"async def f(a):\n  b = 1\nc = 2", "f:fun f/a:par f/b:var c:var"},
    {"def f():\n  def g():\n    a = 1\n  b = 2\nc = 3", "f:fun f/g:fun g/a:var f/b:var c:var"},
    {"class A(B):\n  x = 1\n  def f(self): self.y = 1\n",
     "A:cla A/x:var A/f:met f/self:par A.y:pro"},
    {"class A:\n  def f(me):\n    me.y.z()\n", "A:cla A/f:met f/me:par A.y:pro ?z:met"},
    {"class A:\n  @property\n  def f(self): pass\n", "A:cla A/f:pro f/self:par"},
    {"class A:\n  @staticmethod\n  def f(a): a.b\n", "A:cla A/f:met f/a:par a?b:pro"},
    {"class A:\n  def f(self):\n    self.x: int = 1\n    self.y = []\n",
     "A:cla A/f:met f/self:par A.x:pro=int A.y:pro=list"},
    {"import a.b as c, d, e.f", "c:mod=a.b d:mod=d e:mod=e a?b:pro e?f:pro"},
    {"from a.b import (c as d, e,\n Foo, BAR)", "d:var e:var Foo:cla BAR:var a?b:pro"},
    {"from a import *", ""},
    {"for i, (j, k) in x: pass", "i:var j:var k:var"},
    {"for a.b in x: pass", "a?b:pro"},
    {"with a as b, c() as (d, e): pass", "b:var d:var e:var"},
    {"try: pass\nexcept E as e: pass", "e:var"},
    {"x = [i for i in y]", "x:var=list i:var"},
    {"(y := 1)", "y:var"},
    {"def f():\n  global g\n  nonlocal h", "f:fun g:var"},
    {"match p:\n  case A(x=y, z=_) | [w, *v]: pass\n", "y:var w:var v:var"},
    {"match = 1\ncase = 2\nmatch.x", "match:var case:var match?x:pro"},
    {"type T = int", "T:cla"},
    {"a.b(c.d)", "a?b:met c?d:pro"},
    /* half-typed */
    {"def", ""},
    {"def f", "f:fun"},
    {"def f(a, b\nx = 1", "f:fun f/a:par f/b:par x:var"},
    {"class", ""},
    {"class A\n  x = 1", "A:cla A/x:var"},
    {"import", ""},
    {"from a", ""},
    {"for i", "i:var"},
    {"with a as", ""},
    {"= 3", ""},
    {"lambda", ""},
    {"print(\nx = 1", "x:var"},
};

static void collects_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        bytes code = bytes_of_str(cases[i].code);
        token_list tokens;
        symbol_table table;
        assert_int_equal(token_list_scan(code, base_alloc_libc(), &tokens), BASE_OK);
        symbol_table_init(&table, base_alloc_libc(), i);
        assert_int_equal(scope_collect(code, &tokens, 0, &table), BASE_OK);
        buf got;
        buf_init(&got, base_alloc_libc(), 1 << 16);
        describe(&table, &got);
        if (strcmp((const char *)got.ptr, cases[i].symbols) != 0)
            fail_msg("%s\n  got    %s\n  wanted %s", cases[i].code, (const char *)got.ptr,
                     cases[i].symbols);
        buf_deinit(&got);
        symbol_table_deinit(&table);
        token_list_deinit(&tokens);
    }
}

static void counts_uses_and_distance(void **state)
{
    (void)state;
    bytes code = bytes_of_str("a = 1\na += b\n\nprint(a)\n\n# a\n'a'\n");
    token_list tokens;
    symbol_table table;
    assert_int_equal(token_list_scan(code, base_alloc_libc(), &tokens), BASE_OK);
    symbol_table_init(&table, base_alloc_libc(), 0);
    assert_int_equal(scope_collect(code, &tokens, 5, &table), BASE_OK);
    uint32_t a = symbol_table_find_name(&table, bytes_of_str("a"));
    assert_int_equal(table.names[a].uses, 3);
    assert_int_equal(table.names[a].gap_lines, 2);
    assert_int_equal(symbol_table_find_name(&table, bytes_of_str("c")), 0);
    symbol_table_deinit(&table);
    token_list_deinit(&tokens);
}

static void finds_the_scope_of_a_place(void **state)
{
    (void)state;
    const char *text = "class A:\n    def f(self):\n        x\n\n    y\nz\ndef g(): pass\n";
    bytes code = bytes_of_str(text);
    token_list tokens;
    symbol_table table;
    assert_int_equal(token_list_scan(code, base_alloc_libc(), &tokens), BASE_OK);
    symbol_table_init(&table, base_alloc_libc(), 0);
    assert_int_equal(scope_collect(code, &tokens, 0, &table), BASE_OK);
    static const struct {
        const char *at;
        uint32_t column, scope;
    } points[] = {{"class", 0, 0},   {"def f", 4, 1},   {"x\n", 8, 2}, {"\n    y", 8, 2},
                  {"\n    y", 4, 1}, {"\n    y", 0, 0}, {"y\n", 4, 1}, {"z\n", 0, 0},
                  {"g()", 0, 0},     {"pass", 0, 3}};
    for (size_t i = 0; i < COUNT(points); i++) {
        uint32_t at = (uint32_t)(strstr(text, points[i].at) - text);
        assert_int_equal(scope_find(&table, (scope_point){at, points[i].column}), points[i].scope);
    }
    uint32_t self = symbol_table_find_name(&table, bytes_of_str("self"));
    assert_int_equal(scope_self_class(&table, 2, self), 1);
    assert_int_equal(scope_self_class(&table, 3, self), SCOPE_NONE);
    assert_non_null(scope_lookup(&table, 2, self));
    assert_null(scope_lookup(&table, 2, symbol_table_find_name(&table, bytes_of_str("f"))));
    symbol_table_deinit(&table);
    token_list_deinit(&tokens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collects_the_table),
        cmocka_unit_test(counts_uses_and_distance),
        cmocka_unit_test(finds_the_scope_of_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

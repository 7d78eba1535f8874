#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf.h"
#include "suggest/suggest.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Code whose cursor is the one `|`; a test that needs the operator uses another one. */
typedef struct question {
    uint8_t text[4096];
    size_t len_bytes;
    size_t cursor_utf16;
} question;

static void ask(question *q, const char *marked)
{
    const char *bar = strchr(marked, '|');
    assert_non_null(bar);
    size_t before = (size_t)(bar - marked);
    q->len_bytes = strlen(marked) - 1;
    assert_true(q->len_bytes <= sizeof q->text);
    memcpy(q->text, marked, before);
    memcpy(q->text + before, bar + 1, q->len_bytes - before);
    assert_int_equal(utf_measure(bytes_of(q->text, before), &q->cursor_utf16), BASE_OK);
}

static suggest_list answer(const question *q, bool explicit_request)
{
    suggest_options options = suggest_options_default();
    options.explicit_request = explicit_request;
    options.items_max = 400;
    suggest_list list;
    assert_int_equal(suggest_python(bytes_of(q->text, q->len_bytes), q->cursor_utf16, &options,
                                    base_alloc_libc(), &list),
                     BASE_OK);
    return list;
}

static size_t find(const suggest_list *list, bytes label)
{
    for (size_t i = 0; i < list->count; i++)
        if (bytes_equal(list->items[i].label, label))
            return i;
    return SIZE_MAX;
}

/* Wanted, parted by commas: `label` is in it, `^label` is the first, `!label` is not in it,
 * `a<b` a comes before b, `label:kind` has that kind, nothing at all is an empty answer. */
static void check(const char *code, const suggest_list *list, const char *wanted)
{
    if (*wanted == 0 && list->count != 0)
        fail_msg("%s: not empty, first is %.*s", code, (int)list->items[0].label.len_bytes,
                 (const char *)list->items[0].label.ptr);
    while (*wanted != 0) {
        size_t n = strcspn(wanted, ",");
        char mark = *wanted == '^' || *wanted == '!' ? *wanted : 0;
        bytes part = bytes_of(wanted + (mark != 0), n - (mark != 0));
        const uint8_t *colon = memchr(part.ptr, ':', part.len_bytes);
        const uint8_t *less = memchr(part.ptr, '<', part.len_bytes);
        const uint8_t *cut = colon != NULL ? colon : less;
        bytes label = cut != NULL ? bytes_of(part.ptr, (size_t)(cut - part.ptr)) : part;
        size_t at = find(list, label);
        bool good = mark == '!' ? at == SIZE_MAX : mark == '^' ? at == 0 : at != SIZE_MAX;
        bytes rest = cut != NULL ? bytes_of(cut + 1, part.len_bytes - label.len_bytes - 1) : part;
        if (good && colon != NULL)
            good = bytes_equal(bytes_of_str(suggest_kind_name(list->items[at].kind)), rest);
        if (good && less != NULL)
            good = at < find(list, rest) && find(list, rest) != SIZE_MAX;
        if (!good)
            fail_msg("%s: wanted %.*s, %zu items, first is %.*s", code, (int)n, wanted, list->count,
                     list->count > 0 ? (int)list->items[0].label.len_bytes : 0,
                     list->count > 0 ? (const char *)list->items[0].label.ptr : "");
        wanted += n + (wanted[n] == ',');
    }
}

typedef struct lookup {
    const char *code;
    const char *wanted;
} lookup;

static void check_all(const lookup *cases, size_t count, bool explicit_request)
{
    for (size_t i = 0; i < count; i++) {
        question q;
        ask(&q, cases[i].code);
        suggest_list list = answer(&q, explicit_request);
        check(cases[i].code, &list, cases[i].wanted);
        suggest_list_deinit(&list);
    }
}

static const lookup snippets[] = {
    {"fo|", "^for:snippet"},
    {"for|", "^for:snippet,for range:snippet"},
    {"wh|", "^while:snippet"},
    {"i|", "if:snippet,import:snippet,input:builtin,int:class"},
    {"de|", "^def:snippet,del:keyword"},
    {"cl|", "^class:snippet,classmethod:class"},
    {"pr|", "^print:snippet,property:class"},
    {"wi|", "^with:snippet"},
    {"tr|", "^try:snippet,!true"},
    {"imp|", "^import:snippet"},
    {"mai|", "^main:snippet"},
    {"def f():\n    mai|", "!main"},
    {"asy|", "async:keyword,async def:snippet"},
    {"mat|", "^match:snippet"},
    {"ass|", "^assert:snippet"},
    {"x = lam|", "^lambda:snippet"},
    {"x = list|", "^list:class,list comprehension:snippet"},
    {"x = fo|", "!for,format:builtin"},
    {"x = pri|", "^print:builtin"},
    {"print(pri|)", "^print:builtin"},
    {"a = 1; pri|", "^print:snippet"},
    {"if x: pri|", "^print:snippet"},
    {"if x: whi|", "!while"},
    {"if x: pa|", "^pass:keyword"},
    {"x\n  + fo|", "!for range"},
    {"foo(\n  wh|", "!while"},
    {"while True:\n    if a:\n        br|", "^break:keyword"},
    {"for i in x:\n    con|", "^continue:keyword"},
    {"br|", "!break,breakpoint:builtin"},
    {"for i in x:\n    def f():\n        br|", "!break"},
    {"for i in x:\n    pass\nbr|", "!break"},
    {"def f():\n    ret|", "^return:snippet"},
    {"ret|", "!return"},
    {"def f():\n    pass\nret|", "!return"},
    {"class A:\n    ret|", "!return"},
    {"def f():\n    if x:\n        y = 1\n        ret|", "^return"},
    {"def f(): ret|", "^return"},
    {"def f():\n    yi|", "^yield:keyword"},
};

static const lookup branches[] = {
    {"el|", "!else,!elif"},
    {"x = 1\nels|", "!else"},
    {"if a:\n    b\nel|", "elif:snippet,else:snippet"},
    {"if a:\n    b\n    el|", "elif:snippet,else:snippet"},
    {"if a: b\nel|", "elif,else"},
    {"if a:\nel|", "!elif,!else"},
    {"if a:\n    b\nelse:\n    c\nel|", "!else,!elif"},
    {"if a:\n    b\nelif c:\n    d\nel|", "else,elif"},
    {"if a:\n    b\nx = 1\nel|", "!else"},
    {"for a in b:\n    c\nel|", "else,!elif"},
    {"while a:\n    c\nel|", "else,!elif"},
    {"async for a in b:\n    c\nel|", "else"},
    {"try:\n    a\nex|", "^except:snippet"},
    {"try:\n    a\nel|", "!else"},
    {"try:\n    a\nexcept E:\n    b\nel|", "else"},
    {"try:\n    a\n    fin|", "^finally:snippet"},
    {"try:\n    a\nexcept E:\n    b\nelse:\n    c\nfin|", "^finally"},
    {"if a:\n    b\nelse:\n    c\nfin|", "!finally"},
    {"ex|", "!except,exec:builtin"},
    {"fin|", "!finally"},
    {"try:\n    a\nfinally:\n    b\nex|", "!except"},
    {"match a:\n    ca|", "^case:snippet"},
    {"match a:\n    case 1:\n        b\n    ca|", "^case"},
    {"match a:\n    case 1:\n        b\n        ca|", "^case"},
    {"ca|", "!case,callable"},
    {"x = 1 if a el|", "^else:keyword"},
};

static const lookup places[] = {
    /* text of any sort */
    {"# fo|", ""},
    {"x = 1 # fo|", ""},
    {"x = 'fo|'", ""},
    {"x = 'fo|", ""},
    {"x = \"\"\"a\nfo|\nb\"\"\"", ""},
    {"x = \"\"\"a\nfo|", ""},
    {"x = b'pr|'", ""},
    {"x = f'pr|'", ""},
    {"x = f'pr|", ""},
    {"x = f'{pr|", "^print:builtin"},
    {"x = f'{pr|}'", "^print:builtin"},
    {"x = f'{a} pr|'", ""},
    {"x = f'{a}pr|'", ""},
    {"x = f'{a:pr|}'", ""},
    {"x = f'{a:{pr|}}'", "^print"},
    {"x = f'{{pr|}}'", ""},
    {"x = f'{f\"{pr|}\"}'", "^print"},
    {"x = f'{\"pr|\"}'", ""},
    {"x = f'{a!r|}'", ""},
    {"value = 1\nx = f'''\n{val|}\n'''", "^value:variable"},
    {"x = 'a' \npr|", "^print"},
    {"x = 'unterminated\npr|", "^print"},
    {"x = 12|", ""},
    {"x = 0xf|", ""},
    /* names that are being invented */
    {"def pri|", ""},
    {"class pri|", ""},
    {"for pri|", ""},
    {"import x as pri|", ""},
    {"with a as pri|", ""},
    {"def f(pri|", ""},
    {"def f(a, pri|", ""},
    {"def f(a=pri|", "^print"},
    {"def f(a: in|", "^int:class"},
    {"def f(a) -> in|", "^int"},
    {"class A:\n    def f(se|", "^self:parameter"},
    {"def f(se|", ""},
    {"lambda pri|", ""},
    {"lambda a: pri|", "^print"},
    {"[pri|", "^print"},
    {"[x for pri|", ""},
    /* behind an operand only operators */
    {"for x i|", "^in:keyword,!import,!if"},
    {"[x for x i|", "^in:keyword"},
    {"[x f|", "^for:keyword"},
    {"x = 5 i|", "if:keyword,in:keyword,is:keyword,!import,!int"},
    {"if x a|", "^and:keyword,!as"},
    {"with open(x) a|", "as:keyword"},
    {"except E a|", "as:keyword"},
    {"x pr|", ""},
    {"if x is n|", "not:keyword"},
    {"x = n|", "not:keyword,next:builtin"},
    {"x = N|", "None:keyword"},
    {"async d|", "^def:keyword"},
    {"raise Val|", "^ValueError:class"},
    {"raise V|", "ValueError<vars"},
    {"except Ke|", "^KeyError:class"},
    {"@prop|", "^property:class"},
    {"global pri|", ""},
    {"x = 1\ndef f():\n    global x|", "^x:variable"},
    /* modules */
    {"import ma|", "^math:module"},
    {"import os, sy|", "^sys:module"},
    {"from coll|", "^collections:module"},
    {"from os imp|", "^import:keyword"},
    {"from collections import def|", "^defaultdict:class"},
    {"from math import (sin, co|", "^cos:function"},
    {"from os.path import joi|", "^join:function"},
    {"import math a|", "^as:keyword"},
    {"from . import pri|", ""},
    {"import os.pa|", ""},
    /* nothing typed, nothing asked */
    {"|", ""},
    {"x = |", ""},
    {"x\n|", ""},
};

static const lookup names[] = {
    {"total = 1\nprint(to|)", "^total:variable"},
    {"def compute(a, b):\n    pass\ncomp|", "compute:function,compile:builtin"},
    {"class Point:\n    pass\nx = Po|", "^Point:class"},
    {"def f(amount):\n    return am|", "^amount:parameter"},
    {"def f(amount):\n    return 1\nam|", "!amount"},
    {"def f(amount):\n    return 1\n\n    am|", "^amount"},
    {"def f(amount):\n    def g():\n        am|", "^amount"},
    {"def f(*args, **kwargs):\n    kw|", "^kwargs:parameter"},
    {"def f(a, /, b: int = 3, *, cee: str):\n    ce|", "^cee"},
    {"import numpy as np\nx = n|", "^np:module"},
    {"import os.path\nx = o|", "^os:module"},
    {"from a.b import thing, Other as Another\nx = th|", "^thing:variable"},
    {"from a import Other as Another\nx = Ano|", "^Another:class"},
    {"from a import (\n    first,\n    second,\n)\nx = sec|", "^second"},
    {"for index, (key, value) in x:\n    val|", "^value"},
    {"with open(a) as handle, b as (c, depot):\n    han|", "^handle"},
    {"with open(a) as handle, b as (c, depot):\n    dep|", "^depot"},
    {"try:\n    pass\nexcept E as problem:\n    prob|", "^problem"},
    {"if (count := 3) > 2:\n    coun|", "^count"},
    {"x = [item for item in y if it|]", "^item"},
    {"x = [item for item in y]\nit|", "!item,iter"},
    {"f(lambda left, right: le|)", "^left:parameter"},
    {"def f():\n    global shared\n    shared = 1\nsha|", "^shared"},
    {"first, second = 1, 2\nsec|", "^second"},
    {"(first, [second]) = x\nsec|", "^second"},
    {"a = beta = 3\nbet|", "^beta"},
    {"a[other] = 3\nx = oth|", "!other"},
    {"count: int = 3\ncou|", "^count"},
    {"match x:\n    case Point(x=px, y=py) if px:\n        p|", "px:variable,py"},
    {"type Alias = list[int]\nx: Ali|", "^Alias:class"},
    {"def outer():\n    class Inner:\n        pass\nInn|", "!Inner"},
    {"class A:\n    size = 1\n    def f(self):\n        si|", "!size"},
    {"größe = 1\nx = gr|", "^größe"},
    {"名前 = 1\nx = 名|", "^名前"},
    {"val|", "!val"},
    {"def f():\n    value = 1\n    val|\n    more = 2\n", "^value"},
    {"def later():\n    pass\n\ndef f():\n    lat|", "^later:function"},
    {"def f():\n    lat|\n\ndef later():\n    pass\n", "^later:function"},
    /* ranking */
    {"Value = 1\nvalue = 2\nx = va|", "value<Value"},
    {"get_camel_name = 1\nx = gcn|", "^get_camel_name"},
    {"getCamelName = 1\nx = gcn|", "^getCamelName"},
    {"near_b = 1\ndef f(near_a):\n    x = nea|", "near_a<near_b"},
    {"aa_1 = 1\n\n\n\n\n\n\n\n\n\n\n\n\naa_2 = 1\nx = aa|", "aa_2<aa_1"},
    {"print_all = 1\nx = print_|", "^print_all,!print"},
    {"x = __n|", "__name__"},
    {"for i in r|", "^range"},
    {"x = N|", "^None"},
    {"x = s|", "str<super,str<slice"},
    {"len_x = 1\ny = le|", "len_x<len"},
    /* half-typed code around the cursor */
    {"def f(a, b\n    x = a|", "abs"},
    {"print(\ndef g(arg):\n    ar|", "^arg"},
    {"x = foo(bar[\nvalue = 3\nval|", "^value"},
    {"def\nclass\nfor\nvalue = 1\nval|", "^value"},
    {"f'{x\nvalue = 1\nval|", "^value"},
    {"    odd = 1\n  indent = 2\nod|", "odd"},
    {"def f(\n    amount,\n    other):\n    am|", "^amount"},
};

static const lookup members[] = {
    {"class A:\n    def __init__(self):\n        self.size = 1\n    def grow(self):\n        "
     "self.|",
     "size:property,grow:method"},
    {"class A:\n    limit = 3\n    @property\n    def area(self):\n        pass\n"
     "    def f(this):\n        this.|",
     "limit:variable,area:property,f:method,!print,!for"},
    {"class A:\n    def f(self):\n        self.si|", "!si"},
    {"class A:\n    def f(self):\n        self.one = 1\n        def g():\n            self.on|",
     "^one:property"},
    {"class A:\n    def f(self):\n        self.one = 1\nclass B:\n    def f(self):\n        "
     "self.on|",
     "!one"},
    {"class A:\n    def f(self):\n        self.one = 1\nclass B(A):\n    def g(self):\n        "
     "self.|",
     "one:property,g:method,f:method"},
    {"class A:\n    def hello(self): pass\nclass B(A):\n    def g(self):\n        super().|",
     "^hello:method,!g"},
    {"class A:\n    def hello(self): pass\na = A()\na.he|", "^hello:method"},
    {"class A:\n    def hello(self): pass\nA().he|", "^hello:method"},
    {"class A:\n    def hello(self): pass\nA.he|", "^hello:method"},
    {"class A:\n    def hello(self): pass\ndef f(a: A):\n    a.he|", "^hello"},
    {"class A:\n    @staticmethod\n    def f(thing):\n        thing.|", "!f"},
    {"import math\nmath.sq|", "^sqrt:function"},
    {"import math\nmath.|", "pi:property,sqrt:function,!print"},
    {"import math as m\nm.sq|", "^sqrt:function"},
    {"import os\nos.path.jo|", "^join:function"},
    {"import os\nos.get|", "getcwd:function,getenv"},
    {"import numpy as np\nnp.zeros(3)\nnp.ze|", "^zeros:method"},
    {"import collections\ncollections.Cou|", "^Counter:class"},
    {"'abc'.up|", "^upper:method"},
    {"f'{x}'.up|", "^upper:method"},
    {"[1, 2].app|", "^append:method"},
    {"{1: 2}.it|", "^items:method"},
    {"x[1].app|", "!append"},
    {"s = 'abc'\ns.up|", "^upper"},
    {"s = []\ns.app|", "^append"},
    {"s = {}\ns.it|", "^items"},
    {"s = {1, 2}\ns.ad|", "^add"},
    {"s: str\ns.up|", "^upper"},
    {"def f(s: str):\n    s.up|", "^upper"},
    {"class A:\n    def f(self):\n        self.rows = []\n        self.rows.app|", "^append"},
    {"s.strip()\ns.|", "^strip:method"},
    {"x.alpha = 1\nfoo().al|", "^alpha:property"},
    {"foo().|", ""},
    {".|", ""},
    {"1.|", ""},
    {"x = 3 .|", ""},
};

static const lookup asked[] = {
    {"|", "print:snippet,for:snippet,if:snippet,def:snippet,!elif,!return"},
    {"value = 1\n|", "value:variable,for:snippet"},
    {"x = |", "print:builtin,!while"},
    {"import |", "os:module,sys:module"},
    {"from math import |", "pi,sin"},
    {"class A:\n    def f(|", "^self"},
    {"class A:\n    |", "def __init__:snippet,property:snippet,!async for"},
    {"x = '|'", ""},
    {"# |", ""},
};

static void offers_snippets_by_place(void **state)
{
    (void)state;
    check_all(snippets, COUNT(snippets), false);
}

static void offers_branches_behind_their_statement(void **state)
{
    (void)state;
    check_all(branches, COUNT(branches), false);
}

static void knows_its_place(void **state)
{
    (void)state;
    check_all(places, COUNT(places), false);
}

static void finds_names_of_the_code(void **state)
{
    (void)state;
    check_all(names, COUNT(names), false);
}

static void finds_members(void **state)
{
    (void)state;
    check_all(members, COUNT(members), false);
}

static void answers_an_explicit_request(void **state)
{
    (void)state;
    check_all(asked, COUNT(asked), true);
}

/* What the line looks like once the suggestion is taken, tab stops included. */
static const struct {
    const char *code;
    const char *label;
    const char *result;
} insertions[] = {
    {"pr|", "print", "print($1)$0"},
    {"fo|", "for", "for ${1:item} in ${2:items}:\n\t$0"},
    {"  x = le|n(a)", "len", "  x = lenn(a)"},
    {"😀 = 1\nde|", "def", "😀 = 1\ndef ${1:name}($2):\n\t$0"},
    {"if a:\n    b\n    els|", "else", "if a:\n    b\nelse:\n\t$0"},
    {"if a:\n    b\nels|", "else", "if a:\n    b\nelse:\n\t$0"},
    {"  if a:\n    b\n    eli|", "elif", "  if a:\n    b\n  elif ${1:condition}:\n  \t$0"},
    {"if a:\n\tif b:\n\t\tc\n\t\tels|", "else", "if a:\n\tif b:\n\t\tc\n\telse:\n\t\t$0"},
    {"if a:\n\tif b:\n\t\tc\n\tels|", "else", "if a:\n\tif b:\n\t\tc\n\telse:\n\t$0"},
    {"try:\n    a\n    exc|", "except", "try:\n    a\nexcept ${1:Exception} as ${2:error}:\n\t$0"},
    {"match a:\n    ca|", "case", "match a:\n    case ${1:pattern}:\n\t$0"},
    {"class A:\n    de|", "def", "class A:\n    def ${1:name}(self$2):\n\t$0"},
    {"value = 1\nx = f'{va|}'", "value", "value = 1\nx = f'{value}'"},
};

static void inserts_where_it_belongs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(insertions); i++) {
        question q;
        ask(&q, insertions[i].code);
        suggest_list list = answer(&q, false);
        size_t at = find(&list, bytes_of_str(insertions[i].label));
        assert_true(at != SIZE_MAX);
        const suggest_item *item = &list.items[at];
        bool inside;
        bytes code = bytes_of(q.text, q.len_bytes);
        size_t start = utf_offset(code, item->replace.start_utf16, &inside);
        size_t end = utf_offset(code, item->replace.end_utf16, &inside);
        assert_int_equal(item->replace.end_utf16, q.cursor_utf16);
        buf got;
        buf_init(&got, base_alloc_libc(), 1 << 16);
        buf_put(&got, q.text, start);
        buf_put_bytes(&got, item->insert_text);
        buf_put(&got, q.text + end, q.len_bytes - end);
        buf_put_u8(&got, 0);
        assert_string_equal((const char *)got.ptr, insertions[i].result);
        buf_deinit(&got);
        suggest_list_deinit(&list);
    }
}

static void details_say_what_it_is(void **state)
{
    (void)state;
    question q;
    ask(&q, "def area(w: int,\n         h: int) -> int:\n    pass\nx = are|");
    suggest_list list = answer(&q, false);
    assert_true(bytes_equal(list.items[0].detail, bytes_of_str("area(w: int, h: int)")));
    suggest_list_deinit(&list);
    ask(&q, "x = ab|");
    list = answer(&q, false);
    assert_true(bytes_equal(list.items[0].detail, bytes_of_str("abs(x)")));
    suggest_list_deinit(&list);
}

static void obeys_its_options(void **state)
{
    (void)state;
    suggest_options options = suggest_options_default();
    options.items_max = 3;
    options.indent_spaces = 2;
    suggest_list list;
    bytes code = bytes_of_str("f");
    assert_int_equal(suggest_python(code, 1, &options, base_alloc_libc(), &list), BASE_OK);
    assert_int_equal(list.count, 3);
    size_t at = find(&list, bytes_of_str("for"));
    assert_true(at != SIZE_MAX);
    assert_true(bytes_equal(list.items[at].insert_text,
                            bytes_of_str("for ${1:item} in ${2:items}:\n  $0")));
    suggest_list_deinit(&list);
    options.items_max = 0;
    assert_int_equal(suggest_python(code, 1, &options, base_alloc_libc(), &list), BASE_OK);
    assert_int_equal(list.count, 0);
    suggest_list_deinit(&list);
    options.code_bytes_max = 0;
    assert_int_equal(suggest_python(code, 1, &options, base_alloc_libc(), &list), BASE_ELIMIT);
    options.code_bytes_max = 10;
    assert_int_equal(suggest_python(code, 2, &options, base_alloc_libc(), &list), SUGGEST_ECURSOR);
    code = bytes_of_str("\xff");
    assert_int_equal(suggest_python(code, 0, &options, base_alloc_libc(), &list), BASE_EMALFORMED);
    assert_int_equal(suggest_python((bytes){0}, 0, &options, base_alloc_libc(), &list), BASE_OK);
    suggest_list_deinit(&list);
}

static void finds_the_cursor(void **state)
{
    (void)state;
    static const struct {
        uint64_t line, column, first;
        int err;
        size_t cursor;
    } cases[] = {
        {1, 1, 1, BASE_OK, 0},
        {1, 3, 1, BASE_OK, 2},
        {1, 4, 1, SUGGEST_ECOLUMN, 0},
        {2, 1, 1, BASE_OK, 4},
        {2, 3, 1, BASE_OK, 6},
        {2, 4, 1, SUGGEST_ECOLUMN, 0},
        {3, 1, 1, BASE_OK, 7},
        {3, 2, 1, SUGGEST_ECOLUMN, 0},
        {4, 1, 1, SUGGEST_ELINE, 0},
        {0, 1, 1, SUGGEST_ELINE, 0},
        {1, 0, 1, SUGGEST_ECOLUMN, 0},
        {0, 0, 0, BASE_OK, 0},
        {2, 0, 0, BASE_OK, 7},
        {3, 0, 0, SUGGEST_ELINE, 0},
        {UINT64_MAX, 1, 1, SUGGEST_ELINE, 0},
        {1, UINT64_MAX, 1, SUGGEST_ECOLUMN, 0},
    };
    bytes code = bytes_of_str("ab\r\n😀\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        suggest_position at = {cases[i].line, cases[i].column, cases[i].first};
        size_t cursor = 0;
        assert_int_equal(suggest_cursor_at(code, at, &cursor), cases[i].err);
        assert_int_equal(cursor, cases[i].cursor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_snippets_by_place),
        cmocka_unit_test(offers_branches_behind_their_statement),
        cmocka_unit_test(knows_its_place),
        cmocka_unit_test(finds_names_of_the_code),
        cmocka_unit_test(finds_members),
        cmocka_unit_test(answers_an_explicit_request),
        cmocka_unit_test(inserts_where_it_belongs),
        cmocka_unit_test(details_say_what_it_is),
        cmocka_unit_test(obeys_its_options),
        cmocka_unit_test(finds_the_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

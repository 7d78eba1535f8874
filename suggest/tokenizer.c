#include "suggest/tokenizer.h"

#include "suggest/python_words.h"

/* CPython's own limits for brackets and blocks; deeper ones are counted as the deepest. */
#define BRACKETS_MAX 200
#define INDENTS_MAX 100
#define FRAMES_MAX 32
#define TAB_COLUMNS 8
#define COLUMN_MAX 0xffff

/* One f-string that is open, or the format specification of a field of it, which is text too.
 *
 *      f"total {price:>{width}} EUR"
 *      |        |     | |
 *      START    field | field of the specification: a frame with in_spec on top of the string's
 *                     specification, text again */
typedef struct frame {
    uint8_t quote;
    bool triple;
    bool in_text;
    bool in_spec;
    uint16_t base; /* brackets open around it */
} frame;

typedef struct lexer {
    const uint8_t *src;
    uint32_t len;
    uint32_t at;
    uint32_t line;
    uint16_t column;
    bool line_start;
    bool first; /* the next token is the first of its logical line */
    uint16_t depth;
    uint16_t indents;
    uint16_t frames;
    uint8_t brackets[BRACKETS_MAX];
    uint16_t indent[INDENTS_MAX];
    frame frame[FRAMES_MAX];
    token nowhere; /* what emit gives to write to when there is no memory */
    token_list *out;
    int err;
} lexer;

static uint8_t peek(const lexer *x, uint32_t ahead)
{
    return x->len - x->at > ahead ? x->src[x->at + ahead] : 0;
}

static token *emit(lexer *x, token_kind kind, uint32_t start)
{
    token_list *list = x->out;
    if (list->count == list->cap) {
        size_t old = list->cap * sizeof *list->items;
        token *grown = base_alloc_resize(list->alloc, list->items, old, 2 * old);
        if (grown == NULL) {
            x->err = BASE_ENOMEM;
            return &x->nowhere;
        }
        list->items = grown;
        list->cap *= 2;
    }
    token *t = &list->items[list->count++];
    *t = (token){.start = start,
                 .end = x->at,
                 .line = x->line,
                 .column = x->column,
                 .depth = x->depth,
                 .kind = (uint8_t)kind};
    if (x->first && kind < TOKEN_NEWLINE && kind != TOKEN_COMMENT) {
        t->flags = TOKEN_LINE_FIRST;
        x->first = false;
    }
    return t;
}

/* clang-format off */
#define N16 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
static const bool name_bytes[256] = {
    [0x30] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x41] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x5f] = 1,
    [0x61] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    [0x80] = N16, N16, N16, N16, N16, N16, N16, N16,
};
#undef N16
/* clang-format on */

static bool is_digit(uint8_t b)
{
    return b >= '0' && b <= '9';
}

/* Bytes of the code point at `p`, and whether it can be part of a name.  The text is well-formed.
 */
static bool name_code_point(const uint8_t *p, uint32_t *len_bytes)
{
    uint8_t b = p[0];
    if (b < 0x80) {
        *len_bytes = 1;
        return name_bytes[b];
    }
    if (b < 0xe0) {
        *len_bytes = 2;
        uint32_t c = (uint32_t)(b & 0x1f) << 6 | (p[1] & 0x3f);
        return (c >= 0xc0 && c != 0xd7 && c != 0xf7) || c == 0xaa || c == 0xb5 || c == 0xb7 ||
               c == 0xba;
    }
    if (b < 0xf0) {
        *len_bytes = 3;
        uint32_t c =
            (uint32_t)(b & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (uint32_t)(p[2] & 0x3f);
        return !((c >= 0x2000 && c <= 0x206f) || (c >= 0x2190 && c <= 0x2bff) ||
                 (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
                 (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xff00 && c <= 0xff0f) || c == 0xfeff);
    }
    *len_bytes = 4;
    uint32_t c = (uint32_t)(b & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12;
    return c < 0x1f000 || c >= 0x20000;
}

static uint32_t name_end(const lexer *x, uint32_t at)
{
    while (at < x->len) {
        uint32_t n;
        if (!name_code_point(x->src + at, &n))
            break;
        at += n;
    }
    return at;
}

/* ---- strings ---- */

static bool at_quote(const lexer *x, uint8_t quote, bool triple)
{
    if (peek(x, 0) != quote)
        return false;
    return !triple || (peek(x, 1) == quote && peek(x, 2) == quote);
}

/* Step over a backslash and what it protects.  Even a raw string keeps the quote after one. */
static void skip_escape(lexer *x)
{
    x->at++;
    if (peek(x, 0) == '\r' && peek(x, 1) == '\n')
        x->at++;
    if (x->at < x->len) {
        if (x->src[x->at] == '\n')
            x->line++;
        x->at++;
    }
}

static void scan_plain_string(lexer *x, uint32_t start, uint8_t quote, bool triple)
{
    uint32_t line = x->line;
    bool closed = false;
    x->at += triple ? 3 : 1;
    while (x->at < x->len && !closed) {
        uint8_t b = x->src[x->at];
        if (b == '\\') {
            skip_escape(x);
        } else if (b == '\n' && !triple) {
            break;
        } else if (b == quote && at_quote(x, quote, triple)) {
            x->at += triple ? 3 : 1;
            closed = true;
        } else {
            x->line += b == '\n';
            x->at++;
        }
    }
    token *t = emit(x, TOKEN_STRING, start);
    t->line = line;
    if (!closed)
        t->flags |= TOKEN_OPEN;
}

static bool at_fstring_stop(const lexer *x, const frame *f)
{
    uint8_t b = x->src[x->at];
    if (b == '{')
        return x->depth < BRACKETS_MAX;
    if (b == '}')
        return f->in_spec;
    return (b == '\n' && !f->triple) || (b == f->quote && at_quote(x, b, f->triple));
}

/* Leave the f-string on top, with its specifications, at its quote or where that is missing. */
static void close_fstring(lexer *x, uint32_t quote_bytes)
{
    while (x->frame[x->frames - 1].in_spec)
        x->frames--;
    x->frames--;
    x->depth = x->frame[x->frames].base;
    uint32_t start = x->at;
    x->at += quote_bytes;
    emit(x, TOKEN_FSTRING_END, start);
}

/* The text of an f-string up to its end, its next expression or the end of its line. */
static void scan_fstring_text(lexer *x)
{
    frame *f = &x->frame[x->frames - 1];
    uint32_t start = x->at;
    uint32_t line = x->line;
    while (x->at < x->len) {
        uint8_t b = x->src[x->at];
        uint8_t next = peek(x, 1);
        if ((b == '{' || b == '}') && next == b && !f->in_spec) {
            x->at += 2;
        } else if (at_fstring_stop(x, f)) {
            break;
        } else if (b == '\\' && next != '{' && next != '}') {
            skip_escape(x);
        } else {
            x->line += b == '\n';
            x->at++;
        }
    }
    if (x->at > start)
        emit(x, TOKEN_FSTRING_TEXT, start)->line = line;
    uint8_t b = peek(x, 0);
    if (x->at == x->len)
        close_fstring(x, 0);
    else if (b == '{')
        f->in_text = false;
    else if (b == '}')
        x->frames--;
    else
        close_fstring(x, b == '\n' ? 0 : f->triple ? 3 : 1);
}

static bool at_any_quote(const lexer *x)
{
    return peek(x, 0) == '"' || peek(x, 0) == '\'';
}

/* The literal at whose quote `at` stands, if the letters from `start` on are a prefix. */
static bool scan_string(lexer *x, uint32_t start)
{
    bool format = false;
    uint32_t letters = x->at - start;
    uint8_t quote = peek(x, 0);
    if (letters > 2)
        return false;
    for (uint32_t i = start; i < x->at; i++) {
        uint8_t b = x->src[i] | 0x20;
        if (b != 'r' && b != 'b' && b != 'u' && b != 'f' && b != 't')
            return false;
        format |= b == 'f' || b == 't';
    }
    bool triple = peek(x, 1) == quote && peek(x, 2) == quote;
    if (!format || x->frames == FRAMES_MAX) {
        scan_plain_string(x, start, quote, triple);
        return true;
    }
    x->at += triple ? 3 : 1;
    emit(x, TOKEN_FSTRING_START, start)->flags |= TOKEN_TEXT_FOLLOWS;
    x->frame[x->frames++] =
        (frame){.quote = quote, .triple = triple, .in_text = true, .base = x->depth};
    return true;
}

/* ---- names, numbers, operators ---- */

static void scan_name(lexer *x)
{
    uint32_t start = x->at;
    uint32_t at = start;
    while (at < x->len && x->src[at] < 0x80 && name_bytes[x->src[at]])
        at++;
    x->at = at;
    if (peek(x, 0) >= 0x80)
        x->at = name_end(x, at);
    else if (at_any_quote(x) && scan_string(x, start))
        return;
    python_word word = python_word_find(bytes_of(x->src + start, x->at - start));
    token_kind kind = python_word_is_hard(word) ? TOKEN_KEYWORD : TOKEN_NAME;
    emit(x, kind, start)->word = (uint8_t)word;
}

static void scan_number(lexer *x)
{
    uint32_t start = x->at;
    uint8_t second = peek(x, 1) | 0x20;
    bool radix = peek(x, 0) == '0' && (second == 'x' || second == 'o' || second == 'b');
    if (radix)
        x->at += 2;
    for (; x->at < x->len; x->at++) {
        uint8_t b = x->src[x->at];
        uint8_t low = b | 0x20;
        if (is_digit(b) || b == '_')
            continue;
        if (radix ? low >= 'a' && low <= 'f' : b == '.')
            continue;
        uint8_t next = peek(x, 1);
        bool sign = next == '+' || next == '-';
        if (!radix && low == 'e' && (is_digit(next) || (sign && is_digit(peek(x, 2))))) {
            x->at += sign ? 1 : 0;
            continue;
        }
        if (!radix && low == 'j')
            x->at++;
        break;
    }
    emit(x, TOKEN_NUMBER, start);
}

static void open_bracket(lexer *x, uint8_t b)
{
    uint32_t start = x->at++;
    if (x->depth < BRACKETS_MAX)
        x->brackets[x->depth++] = b;
    emit(x, TOKEN_OP, start)->op = b;
}

/* Close the nearest bracket that fits.  One that fits nothing changes nothing, but `}` ends the
 * field of an f-string whatever is open inside. */
static void close_bracket(lexer *x, uint8_t b)
{
    frame *f = x->frames > 0 ? &x->frame[x->frames - 1] : NULL;
    uint16_t floor = f != NULL ? (uint16_t)(f->base + 1) : 0;
    uint8_t want = b == ')' ? '(' : b == ']' ? '[' : '{';
    uint16_t depth = x->depth;
    while (depth > floor && x->brackets[depth - 1] != want)
        depth--;
    bool ends_field = f != NULL && b == '}' && depth <= floor;
    if (depth > floor || ends_field)
        x->depth = depth;
    uint32_t start = x->at++;
    token *t = emit(x, TOKEN_OP, start);
    t->op = b;
    if (depth > floor || ends_field)
        x->depth--;
    if (ends_field) {
        t->flags |= TOKEN_TEXT_FOLLOWS;
        f->in_text = true;
    }
}

static uint32_t operator_bytes(const lexer *x)
{
    uint8_t a = peek(x, 0);
    uint8_t b = peek(x, 1);
    uint8_t c = peek(x, 2);
    bool doubles = a == b && (a == '*' || a == '/' || a == '<' || a == '>');
    if ((doubles && c == '=') || (a == '.' && b == '.' && c == '.'))
        return 3;
    if (doubles || (a == '-' && b == '>'))
        return 2;
    return b == '=' && a != 0 && strchr("+-*/%@&|^=!<>:", a) != NULL ? 2 : 1;
}

static uint8_t operator_code(const uint8_t *p, uint32_t len_bytes)
{
    if (len_bytes == 1)
        return p[0];
    if (p[0] == '.')
        return OP_ELLIPSIS;
    if (p[0] == ':')
        return OP_WALRUS;
    if (p[0] == '-' && p[1] == '>')
        return OP_ARROW;
    if (p[len_bytes - 1] == '=' && (len_bytes == 3 || strchr("=!<>", p[0]) == NULL))
        return OP_AUGMENTED;
    return p[0] == '*' ? OP_STAR2 : OP_OTHER;
}

static void scan_operator(lexer *x)
{
    uint32_t start = x->at;
    frame *f = x->frames > 0 ? &x->frame[x->frames - 1] : NULL;
    bool spec = f != NULL && peek(x, 0) == ':' && x->depth == f->base + 1;
    uint32_t n = spec ? 1 : operator_bytes(x);
    if (x->src[x->at] >= 0x80) {
        (void)name_code_point(x->src + x->at, &n);
        x->at += n;
        emit(x, TOKEN_OP, start)->op = '?';
        return;
    }
    x->at += n;
    token *t = emit(x, TOKEN_OP, start);
    t->op = operator_code(x->src + start, n);
    if (spec && x->frames < FRAMES_MAX) {
        t->flags |= TOKEN_TEXT_FOLLOWS;
        x->frame[x->frames++] = (frame){.quote = f->quote,
                                        .triple = f->triple,
                                        .in_text = true,
                                        .in_spec = true,
                                        .base = x->depth};
    }
}

/* ---- lines ---- */

static uint16_t skip_blanks(lexer *x)
{
    uint32_t column = 0;
    for (; x->at < x->len; x->at++) {
        uint8_t b = x->src[x->at];
        if (b == '\t')
            column = (column / TAB_COLUMNS + 1) * TAB_COLUMNS;
        else if (b == ' ')
            column++;
        else if (b == '\f')
            column = 0;
        else if (b != '\r')
            break;
    }
    return (uint16_t)(column < COLUMN_MAX ? column : COLUMN_MAX);
}

static void scan_comment(lexer *x)
{
    uint32_t start = x->at;
    const uint8_t *end = memchr(x->src + start, '\n', x->len - start);
    x->at = end != NULL ? (uint32_t)(end - x->src) : x->len;
    emit(x, TOKEN_COMMENT, start);
}

/* The start of a logical line.  Blank lines and lines with only a comment do not move blocks. */
static void scan_indentation(lexer *x)
{
    uint16_t column = skip_blanks(x);
    uint8_t b = peek(x, 0);
    if (x->at == x->len)
        return;
    if (b == '\n') {
        x->at++;
        x->line++;
        return;
    }
    if (b == '#') {
        scan_comment(x);
        return;
    }
    x->line_start = false;
    x->first = true;
    x->column = column;
    while (x->indents > 0 && x->indent[x->indents - 1] > column) {
        x->indents--;
        emit(x, TOKEN_DEDENT, x->at);
    }
    uint16_t now = x->indents > 0 ? x->indent[x->indents - 1] : 0;
    if (column > now && x->indents < INDENTS_MAX) {
        x->indent[x->indents++] = column;
        emit(x, TOKEN_INDENT, x->at);
    }
}

/* Inside brackets, at the start of a line: does the text go on as if they had been closed? */
static bool statement_follows(const lexer *x)
{
    lexer ahead;
    ahead.src = x->src;
    ahead.len = x->len;
    ahead.at = x->at;
    uint16_t column = skip_blanks(&ahead);
    uint32_t start = ahead.at;
    uint32_t end = name_end(&ahead, start);
    if (end == start || is_digit(x->src[start]))
        return false;
    if (python_word_starts_statement(python_word_find(bytes_of(x->src + start, end - start))))
        return true;
    ahead.at = end;
    (void)skip_blanks(&ahead);
    return column <= x->column && peek(&ahead, 0) == '=' && peek(&ahead, 1) != '=';
}

static void end_logical_line(lexer *x, uint32_t start)
{
    emit(x, TOKEN_NEWLINE, start);
    x->line_start = true;
    x->first = false;
}

static void scan_newline(lexer *x)
{
    for (uint16_t i = 0; i < x->frames; i++) {
        if (x->frame[i].triple)
            continue;
        x->frames = (uint16_t)(i + 1);
        close_fstring(x, 0);
        break;
    }
    uint32_t start = x->at++;
    if (x->depth == 0) {
        end_logical_line(x, start);
        x->line++;
        return;
    }
    x->line++;
    if (x->frames == 0 && statement_follows(x)) {
        x->depth = 0;
        end_logical_line(x, x->at);
    }
}

static void scan_token(lexer *x)
{
    uint8_t b = x->src[x->at];
    if (b == ' ' || b == '\t' || b == '\r' || b == '\f') {
        x->at++;
    } else if (b == '\n') {
        scan_newline(x);
    } else if (b == '\\' && (peek(x, 1) == '\n' || (peek(x, 1) == '\r' && peek(x, 2) == '\n'))) {
        x->at += peek(x, 1) == '\r' ? 3 : 2;
        x->line++;
    } else if (b == '#') {
        scan_comment(x);
    } else if (is_digit(b) || (b == '.' && is_digit(peek(x, 1)))) {
        scan_number(x);
    } else if (b == '(' || b == '[' || b == '{') {
        open_bracket(x, b);
    } else if (b == ')' || b == ']' || b == '}') {
        close_bracket(x, b);
    } else if (b < 0x80 ? name_bytes[b] : name_end(x, x->at) > x->at) {
        scan_name(x);
    } else if (!at_any_quote(x) || !scan_string(x, x->at)) {
        scan_operator(x);
    }
}

static void scan_all(lexer *x)
{
    while (x->at < x->len && x->err == BASE_OK) {
        if (x->frames > 0 && x->frame[x->frames - 1].in_text)
            scan_fstring_text(x);
        else if (x->line_start)
            scan_indentation(x);
        else
            scan_token(x);
    }
    if (!x->line_start)
        end_logical_line(x, x->at);
    for (; x->indents > 0; x->indents--)
        emit(x, TOKEN_DEDENT, x->at);
    emit(x, TOKEN_END, x->at);
}

int token_list_scan(bytes code, const base_alloc *alloc, token_list *out)
{
    /* Python has about one token in four bytes; more make the list grow. */
    size_t cap = code.len_bytes / 4 + 16;
    *out = (token_list){.cap = cap, .alloc = alloc};
    out->items = base_alloc_get(alloc, cap * sizeof *out->items);
    if (out->items == NULL) {
        out->cap = 0;
        return BASE_ENOMEM;
    }
    lexer x;
    memset(&x, 0, offsetof(lexer, brackets));
    x.src = code.ptr;
    x.len = (uint32_t)code.len_bytes;
    x.line_start = true;
    x.out = out;
    x.err = BASE_OK;
    scan_all(&x);
    if (x.err != BASE_OK)
        token_list_deinit(out);
    return x.err;
}

void token_list_deinit(token_list *list)
{
    base_alloc_put(list->alloc, list->items, list->cap * sizeof *list->items);
    *list = (token_list){.alloc = list->alloc};
}

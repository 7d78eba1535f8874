#include "suggest/python_words.h"

static const struct {
    const char *text;
    uint8_t len_bytes;
    uint16_t use;
} words[PY_WORD_COUNT] = {{"", 0, 0},
#define X(id, text, use) {text, sizeof(text) - 1, use},
                          PYTHON_WORDS(X)
#undef X
};

/* The words of each first letter: every name in the code is looked up, so most must fail at once.
 */
static const uint8_t words_by_letter[26][6] = {
    ['a' - 'a'] = {PY_AND, PY_AS, PY_ASSERT, PY_ASYNC, PY_AWAIT},
    ['b' - 'a'] = {PY_BREAK},
    ['c' - 'a'] = {PY_CLASS, PY_CONTINUE, PY_CASE},
    ['d' - 'a'] = {PY_DEF, PY_DEL},
    ['e' - 'a'] = {PY_ELIF, PY_ELSE, PY_EXCEPT},
    ['f' - 'a'] = {PY_FINALLY, PY_FOR, PY_FROM, PY_FALSE},
    ['g' - 'a'] = {PY_GLOBAL},
    ['i' - 'a'] = {PY_IF, PY_IMPORT, PY_IN, PY_IS},
    ['l' - 'a'] = {PY_LAMBDA},
    ['m' - 'a'] = {PY_MATCH},
    ['n' - 'a'] = {PY_NONLOCAL, PY_NOT, PY_NONE},
    ['o' - 'a'] = {PY_OR},
    ['p' - 'a'] = {PY_PASS},
    ['r' - 'a'] = {PY_RAISE, PY_RETURN},
    ['t' - 'a'] = {PY_TRY, PY_TRUE, PY_TYPE},
    ['w' - 'a'] = {PY_WHILE, PY_WITH},
    ['y' - 'a'] = {PY_YIELD},
};

python_word python_word_find(bytes name)
{
    if (name.len_bytes < 2 || name.len_bytes > 8)
        return PY_NO_WORD;
    uint8_t letter = (uint8_t)((name.ptr[0] | 0x20) - 'a');
    if (letter >= 26)
        return PY_NO_WORD;
    for (const uint8_t *w = words_by_letter[letter]; *w != PY_NO_WORD; w++)
        if (words[*w].len_bytes == name.len_bytes && words[*w].text[1] == (char)name.ptr[1] &&
            memcmp(words[*w].text, name.ptr, name.len_bytes) == 0)
            return (python_word)*w;
    return PY_NO_WORD;
}

const char *python_word_text(python_word word)
{
    return words[word].text;
}

unsigned python_word_use(python_word word)
{
    return words[word].use;
}

bool python_word_starts_statement(python_word word)
{
    unsigned use = words[word].use;
    return python_word_is_hard(word) && word != PY_ASYNC && word != PY_YIELD &&
           (use & (USE_VALUE | USE_AFTER_VALUE)) == 0;
}

bool python_class_is_exception(bytes name)
{
    static const char *const endings[] = {"Error", "Exception", "Warning",       "Interrupt",
                                          "Exit",  "Iteration", "ExceptionGroup"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (name.len_bytes >= n && memcmp(name.ptr + name.len_bytes - n, endings[i], n) == 0)
            return true;
    }
    return false;
}

static const python_snippet snippets[] = {
    {"print", "print($1)$0", "print(...)", USE_STATEMENT, PY_NO_WORD},
    {"for", "for ${1:item} in ${2:items}:\n\t$0", "for item in items:", USE_STATEMENT, PY_FOR},
    {"for range", "for ${1:i} in range(${2:10}):\n\t$0", "for i in range(n):", USE_STATEMENT,
     PY_FOR},
    {"while", "while ${1:condition}:\n\t$0", "while condition:", USE_STATEMENT, PY_WHILE},
    {"if", "if ${1:condition}:\n\t$0", "if condition:", USE_STATEMENT, PY_IF},
    {"elif", "elif ${1:condition}:\n\t$0", "elif condition:", USE_BRANCH, PY_ELIF},
    {"else", "else:\n\t$0", "else:", USE_BRANCH, PY_ELSE},
    {"def", "def ${1:name}($2):\n\t$0", "def name(...):", USE_STATEMENT | USE_NOT_METHOD, PY_DEF},
    {"def", "def ${1:name}(self$2):\n\t$0", "def name(self, ...):", USE_METHOD, PY_DEF},
    {"def __init__", "def __init__(self$1):\n\t$0", "constructor", USE_METHOD, PY_DEF},
    {"property", "@property\ndef ${1:name}(self):\n\treturn $0", "@property", USE_METHOD, PY_DEF},
    {"async def", "async def ${1:name}($2):\n\t$0",
     "async def name(...):", USE_STATEMENT | USE_NOT_METHOD, PY_ASYNC},
    {"async def", "async def ${1:name}(self$2):\n\t$0", "async def name(self, ...):", USE_METHOD,
     PY_ASYNC},
    {"class", "class ${1:Name}:\n\tdef __init__(self$2):\n\t\t$0", "class Name:", USE_STATEMENT,
     PY_CLASS},
    {"with", "with ${1:open(path)} as ${2:file}:\n\t$0", "with ... as name:", USE_STATEMENT,
     PY_WITH},
    {"try", "try:\n\t$1\nexcept ${2:Exception} as ${3:error}:\n\t$0",
     "try: ... except:", USE_STATEMENT, PY_TRY},
    {"try finally", "try:\n\t$1\nfinally:\n\t$0", "try: ... finally:", USE_STATEMENT, PY_TRY},
    {"except", "except ${1:Exception} as ${2:error}:\n\t$0",
     "except Exception as error:", USE_BRANCH, PY_EXCEPT},
    {"finally", "finally:\n\t$0", "finally:", USE_BRANCH, PY_FINALLY},
    {"import", "import ${1:module}$0", "import module", USE_STATEMENT, PY_IMPORT},
    {"from", "from ${1:module} import ${2:name}$0", "from module import name", USE_STATEMENT,
     PY_FROM},
    {"return", "return $0", "return value", USE_FUNCTION, PY_RETURN},
    {"raise", "raise ${1:ValueError}(${2:\"message\"})$0", "raise Error(message)", USE_STATEMENT,
     PY_RAISE},
    {"assert", "assert ${1:condition}, ${2:\"message\"}$0", "assert condition, message",
     USE_STATEMENT, PY_ASSERT},
    {"match", "match ${1:value}:\n\tcase ${2:pattern}:\n\t\t$0",
     "match value: case pattern:", USE_STATEMENT, PY_MATCH},
    {"case", "case ${1:pattern}:\n\t$0", "case pattern:", USE_BRANCH, PY_CASE},
    {"main", "if __name__ == \"__main__\":\n\t${1:main()}$0",
     "if __name__ == \"__main__\":", USE_MODULE, PY_NO_WORD},
    {"lambda", "lambda ${1:x}: $0", "lambda x: ...", USE_VALUE, PY_LAMBDA},
    {"list comprehension", "[${1:x} for ${2:x} in ${3:items}]$0", "[x for x in items]", USE_VALUE,
     PY_NO_WORD},
    {"dict comprehension", "{${1:k}: ${2:v} for ${3:k, v} in ${4:items}}$0",
     "{k: v for k, v in items}", USE_VALUE, PY_NO_WORD},
};

const python_snippet *python_snippets(size_t *count)
{
    *count = sizeof snippets / sizeof snippets[0];
    return snippets;
}

#define F(name, detail)                                                                            \
    {                                                                                              \
        name, detail, SUGGEST_BUILTIN                                                              \
    }
#define C(name, detail)                                                                            \
    {                                                                                              \
        name, detail, SUGGEST_CLASS                                                                \
    }
#define E(name)                                                                                    \
    {                                                                                              \
        name, "exception", SUGGEST_CLASS                                                           \
    }
#define V(name, detail)                                                                            \
    {                                                                                              \
        name, detail, SUGGEST_VARIABLE                                                             \
    }

/* Python 3.12, `dir(builtins)`. */
static const python_builtin builtins[] = {
    E("ArithmeticError"),
    E("AssertionError"),
    E("AttributeError"),
    E("BaseException"),
    E("BaseExceptionGroup"),
    E("BlockingIOError"),
    E("BrokenPipeError"),
    E("BufferError"),
    E("BytesWarning"),
    E("ChildProcessError"),
    E("ConnectionAbortedError"),
    E("ConnectionError"),
    E("ConnectionRefusedError"),
    E("ConnectionResetError"),
    E("DeprecationWarning"),
    E("EOFError"),
    V("Ellipsis", ""),
    E("EncodingWarning"),
    E("EnvironmentError"),
    E("Exception"),
    E("ExceptionGroup"),
    E("FileExistsError"),
    E("FileNotFoundError"),
    E("FloatingPointError"),
    E("FutureWarning"),
    E("GeneratorExit"),
    E("IOError"),
    E("ImportError"),
    E("ImportWarning"),
    E("IndentationError"),
    E("IndexError"),
    E("InterruptedError"),
    E("IsADirectoryError"),
    E("KeyError"),
    E("KeyboardInterrupt"),
    E("LookupError"),
    E("MemoryError"),
    E("ModuleNotFoundError"),
    E("NameError"),
    E("NotADirectoryError"),
    V("NotImplemented", ""),
    E("NotImplementedError"),
    E("OSError"),
    E("OverflowError"),
    E("PendingDeprecationWarning"),
    E("PermissionError"),
    E("ProcessLookupError"),
    E("RecursionError"),
    E("ReferenceError"),
    E("ResourceWarning"),
    E("RuntimeError"),
    E("RuntimeWarning"),
    E("StopAsyncIteration"),
    E("StopIteration"),
    E("SyntaxError"),
    E("SyntaxWarning"),
    E("SystemError"),
    E("SystemExit"),
    E("TabError"),
    E("TimeoutError"),
    E("TypeError"),
    E("UnboundLocalError"),
    E("UnicodeDecodeError"),
    E("UnicodeEncodeError"),
    E("UnicodeError"),
    E("UnicodeTranslateError"),
    E("UnicodeWarning"),
    E("UserWarning"),
    E("ValueError"),
    E("Warning"),
    E("ZeroDivisionError"),
    V("__debug__", ""),
    V("__doc__", ""),
    V("__file__", ""),
    F("__import__", "__import__(name, globals=None, locals=None, fromlist=(), level=0)"),
    V("__name__", ""),
    F("abs", "abs(x)"),
    F("aiter", "aiter(async_iterable)"),
    F("all", "all(iterable)"),
    F("anext", "anext(async_iterator[, default])"),
    F("any", "any(iterable)"),
    F("ascii", "ascii(obj)"),
    F("bin", "bin(number)"),
    C("bool", "bool(object=False)"),
    F("breakpoint", "breakpoint(*args, **kws)"),
    C("bytearray", "bytearray(source=b\"\")"),
    C("bytes", "bytes(source=b\"\")"),
    F("callable", "callable(obj)"),
    F("chr", "chr(i)"),
    C("classmethod", "classmethod(function)"),
    F("compile", "compile(source, filename, mode, flags=0, ...)"),
    C("complex", "complex(real=0, imag=0)"),
    F("delattr", "delattr(obj, name)"),
    C("dict", "dict(**kwargs) or dict(mapping)"),
    F("dir", "dir([object])"),
    F("divmod", "divmod(x, y)"),
    C("enumerate", "enumerate(iterable, start=0)"),
    F("eval", "eval(source, globals=None, locals=None)"),
    F("exec", "exec(source, globals=None, locals=None)"),
    F("exit", "exit(code=None)"),
    C("filter", "filter(function, iterable)"),
    C("float", "float(x=0)"),
    F("format", "format(value, format_spec='')"),
    C("frozenset", "frozenset(iterable=())"),
    F("getattr", "getattr(object, name[, default])"),
    F("globals", "globals()"),
    F("hasattr", "hasattr(obj, name)"),
    F("hash", "hash(obj)"),
    F("help", "help(object)"),
    F("hex", "hex(number)"),
    F("id", "id(obj)"),
    F("input", "input(prompt='')"),
    C("int", "int(x=0, base=10)"),
    F("isinstance", "isinstance(obj, class_or_tuple)"),
    F("issubclass", "issubclass(cls, class_or_tuple)"),
    F("iter", "iter(object[, sentinel])"),
    F("len", "len(obj)"),
    C("list", "list(iterable=())"),
    F("locals", "locals()"),
    C("map", "map(function, *iterables)"),
    F("max", "max(iterable, *, key=None) or max(a, b, ...)"),
    C("memoryview", "memoryview(object)"),
    F("min", "min(iterable, *, key=None) or min(a, b, ...)"),
    F("next", "next(iterator[, default])"),
    C("object", "object()"),
    F("oct", "oct(number)"),
    F("open", "open(file, mode='r', buffering=-1, encoding=None, ...)"),
    F("ord", "ord(c)"),
    F("pow", "pow(base, exp, mod=None)"),
    F("print", "print(*args, sep=' ', end='\\n', file=None, flush=False)"),
    C("property", "property(fget=None, fset=None, fdel=None, doc=None)"),
    F("quit", "quit(code=None)"),
    C("range", "range(stop) or range(start, stop[, step])"),
    F("repr", "repr(obj)"),
    C("reversed", "reversed(sequence)"),
    F("round", "round(number, ndigits=None)"),
    C("set", "set(iterable=())"),
    F("setattr", "setattr(obj, name, value)"),
    C("slice", "slice(stop) or slice(start, stop[, step])"),
    F("sorted", "sorted(iterable, *, key=None, reverse=False)"),
    C("staticmethod", "staticmethod(function)"),
    C("str", "str(object=\"\")"),
    F("sum", "sum(iterable, start=0)"),
    C("super", "super()"),
    C("tuple", "tuple(iterable=())"),
    C("type", "type(object)"),
    F("vars", "vars([object])"),
    C("zip", "zip(*iterables, strict=False)"),
};

#undef F
#undef C
#undef E
#undef V

bool python_builtin_is_common(bytes name)
{
    static const char *const common[] = {
        "bool",     "dict",  "enumerate", "float",      "input",    "int",      "isinstance",
        "len",      "list",  "max",       "min",        "open",     "print",    "range",
        "reversed", "round", "set",       "sorted",     "str",      "sum",      "super",
        "tuple",    "zip",   "Exception", "ValueError", "KeyError", "TypeError"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (bytes_equal(name, bytes_of_str(common[i])))
            return true;
    return false;
}

const python_builtin *python_builtins(size_t *count)
{
    *count = sizeof builtins / sizeof builtins[0];
    return builtins;
}

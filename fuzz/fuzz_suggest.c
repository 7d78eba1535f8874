/* Any bytes as code to complete: refused, or tokens that lie in order, and suggestions in range. */
#include "fuzz/fuzz.h"
#include "fuzz/input.h"
#include "fuzz/memory.h"

#include "base/utf.h"
#include "suggest/suggest.h"
#include "suggest/tokenizer.h"

static void check_tokens(bytes code)
{
    fuzz_memory m;
    token_list list;
    fuzz_memory_init(&m);
    fuzz_demand(token_list_scan(code, &m.alloc, &list) == BASE_OK, "UTF-8 has tokens");
    fuzz_demand(list.count > 0 && list.items[list.count - 1].kind == TOKEN_END, "the end is one");
    for (size_t i = 0; i < list.count; i++) {
        const token *t = &list.items[i];
        fuzz_demand(t->start <= t->end && t->end <= code.len_bytes, "a token is in the code");
        fuzz_demand(i == 0 || t->start >= list.items[i - 1].end, "tokens are in order");
    }
    token_list_deinit(&list);
    fuzz_memory_end(&m, 4096 + 256 * (code.len_bytes + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    input in = input_of(data, size_bytes);
    size_t line = input_u8(&in), column = input_u8(&in), cursor = 0, units;
    bytes code = input_rest(&in);
    bool text = utf_measure(code, &units) == BASE_OK;
    suggest_options options = suggest_options_default();
    options.explicit_request = line % 2 == 1;
    suggest_position at = {line / 2, column, 0};
    int err = suggest_cursor_at(code, at, &cursor);
    fuzz_demand(text || err != BASE_OK, "a position is in text only");
    if (err != BASE_OK)
        cursor = column * 7;
    else
        fuzz_demand(cursor <= units, "a position is in the text");
    fuzz_memory m;
    suggest_list list;
    fuzz_memory_init(&m);
    err = suggest_python(code, cursor, &options, &m.alloc, &list);
    if (err == BASE_OK) {
        fuzz_demand(text && list.count <= options.items_max, "as many as were asked for");
        for (size_t i = 0; i < list.count; i++) {
            const suggest_item *item = &list.items[i];
            fuzz_demand(item->replace.start_utf16 <= item->replace.end_utf16 &&
                            item->replace.end_utf16 <= units,
                        "what is replaced is in the text");
            fuzz_demand(utf_measure(item->insert_text, &line) == BASE_OK, "UTF-8 in, UTF-8 out");
        }
        suggest_list_deinit(&list);
    } else {
        fuzz_demand(!text || cursor > units, "only no text, or no such place, is refused");
    }
    fuzz_memory_end(&m, (1 << 20) + 512 * code.len_bytes);
    if (text)
        check_tokens(code);
    return 0;
}

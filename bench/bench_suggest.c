/* bench_suggest - how long one completion takes in a file of 2,000 lines.
 *
 *   build/bench/bench_suggest [lines] [rounds]
 *
 * The file is written by the program: modules, classes with methods, loops, f-strings, comments, as
 * people mix them.  Every round completes at another place.  On a shared
 * machine the processor time is the steadier figure. */
#include "base/buf.h"
#include "base/utf.h"
#include "suggest/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const block =
    "class Account%d(Base):\n"
    "    \"\"\"One account of the ledger, number %d.\"\"\"\n"
    "\n"
    "    limit_%d = 1_000\n"
    "\n"
    "    def __init__(self, owner, balance=0, *, currency: str = 'EUR'):\n"
    "        self.owner = owner\n"
    "        self.balance_%d = balance\n"
    "        self.entries = []  # newest last\n"
    "\n"
    "    def deposit_%d(self, amount, note=None):\n"
    "        if amount <= 0:\n"
    "            raise ValueError(f\"amount {amount!r} of {self.owner['name']} is not positive\")\n"
    "        elif amount > self.limit_%d:\n"
    "            logging.warning('large deposit: %%s', amount)\n"
    "        for index, (key, value) in enumerate(sorted(self.entries, key=lambda e: e.when)):\n"
    "            total_%d = sum(entry.amount for entry in value if entry.amount > 0)\n"
    "            print(f'{index:>4} {key}: {total_%d:.2f}')\n"
    "        with open(os.path.join('data', f'{self.owner}.json')) as handle:\n"
    "            rows = [json.loads(line) for line in handle if line.strip()]\n"
    "        return {row['id']: row for row in rows}\n"
    "\n"
    "def transfer_%d(source, target, amount):\n"
    "    try:\n"
    "        source.deposit_%d(-amount, note=\"to %%s\" %% target)\n"
    "    except (ValueError, KeyError) as error:\n"
    "        print('failed', error)\n"
    "    return amount\n"
    "\n";

static size_t write_code(buf *code, size_t lines_min)
{
    buf_put_str(code, "import json\nimport logging\nimport os\nfrom datetime import datetime\n\n");
    size_t lines = 5;
    for (int n = 0; lines < lines_min; n++) {
        buf_put_fmt(code, block, n, n, n, n, n, n, n, n, n, n);
        lines += 29;
    }
    return lines;
}

static double wall_us(void)
{
    struct timespec t;
    (void)timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double cpu_us(void)
{
    return (double)clock() * (1e6 / CLOCKS_PER_SEC);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *took_us, size_t rounds)
{
    qsort(took_us, rounds, sizeof *took_us, by_value);
    printf("  %s p50 %4.0f us, p99 %4.0f us, max %4.0f us\n", what, took_us[rounds / 2],
           took_us[rounds * 99 / 100], took_us[rounds - 1]);
}

int main(int argc, char **argv)
{
    size_t lines = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 2000;
    buf code;
    buf_init(&code, base_alloc_libc(), 64u << 20);
    lines = write_code(&code, lines);
    double *wall = calloc(rounds + 1, sizeof *wall);
    double *cpu = calloc(rounds + 1, sizeof *cpu);
    if (buf_err(&code) != BASE_OK || wall == NULL || cpu == NULL)
        return 1;
    suggest_options options = suggest_options_default();
    options.code_bytes_max = code.len_bytes;
    options.explicit_request = true;
    size_t items = 0;
    for (size_t i = 0; i < rounds; i++) {
        size_t cursor = (i * 7919 + 13) % code.len_bytes;
        suggest_list list;
        double wall_start = wall_us();
        double cpu_start = cpu_us();
        if (suggest_python(buf_view(&code), cursor, &options, base_alloc_libc(), &list) != BASE_OK)
            return 1;
        cpu[i] = cpu_us() - cpu_start;
        wall[i] = wall_us() - wall_start;
        items += list.count;
        suggest_list_deinit(&list);
    }
    printf("%zu lines, %zu bytes, %zu completions, %zu items\n", lines, code.len_bytes, rounds,
           items);
    report("wall", wall, rounds);
    report("cpu ", cpu, rounds);
    free(wall);
    free(cpu);
    buf_deinit(&code);
    return 0;
}

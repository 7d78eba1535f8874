#include "server/api/templates.h"

#include <stddef.h>
#include <string.h>

const char *const template_names[] = {"empty", "hello", "interview", NULL};

static const char *const texts[] = {
    "",
    "def greet(name):\n"
    "    return f\"Hello, {name}!\"\n"
    "\n"
    "\n"
    "print(greet(\"world\"))\n",
    "\"\"\"Task\n"
    "\n"
    "Describe the task here.\n"
    "\"\"\"\n"
    "\n"
    "\n"
    "def solve(values):\n"
    "    ...\n"
    "\n"
    "\n"
    "def test_solve():\n"
    "    assert solve([]) is None\n",
};

const char *template_text(const char *name)
{
    for (size_t i = 0; template_names[i] != NULL; i++) {
        if (strcmp(template_names[i], name) == 0)
            return texts[i];
    }
    return NULL;
}

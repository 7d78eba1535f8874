#include "host/record.h"

#include "base/utf.h"

#include <stdio.h>

void room_record_init(store_room *record, const char *id, int64_t now_ms, int64_t keep_ms)
{
    memset(record, 0, sizeof *record);
    snprintf(record->id, sizeof record->id, "%s", id);
    snprintf(record->name, sizeof record->name, "%s", id);
    snprintf(record->language, sizeof record->language, "python");
    record->created_at_ms = record->used_at_ms = now_ms;
    record->keep_ms = keep_ms;
}

int64_t room_record_used_every_ms(const store_room *record)
{
    const int64_t hour_ms = INT64_C(3600) * 1000;
    return record->keep_ms > 0 && record->keep_ms / 4 < hour_ms ? record->keep_ms / 4 : hour_ms;
}

bool room_name_valid(const char *name)
{
    size_t n = strlen(name), units;
    if (n == 0 || n > STORE_ID_BYTES_MAX || utf_measure(bytes_of(name, n), &units) != BASE_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    }
    return true;
}

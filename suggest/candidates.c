#include "suggest/candidates.h"

uint32_t candidates_score(candidate_rank rank)
{
    uint32_t uses = rank.uses < 99 ? rank.uses : 99;
    uint32_t near = rank.near < 999 ? rank.near : 999;
    return rank.match * 10000000 + rank.group * 100000 + near * 100 + uses;
}

static uint8_t lower(uint8_t b)
{
    return b >= 'A' && b <= 'Z' ? b | 0x20 : b;
}

static bool is_upper(uint8_t b)
{
    return b >= 'A' && b <= 'Z';
}

static bool starts_word(bytes label, size_t i)
{
    uint8_t b = label.ptr[i];
    if (i == 0)
        return true;
    uint8_t before = label.ptr[i - 1];
    return (before == '_' && b != '_') || before == ' ' || (is_upper(b) && !is_upper(before));
}

uint32_t candidates_match(bytes typed, bytes label)
{
    if (typed.len_bytes == 0)
        return 1;
    if (typed.len_bytes > label.len_bytes)
        return 0;
    size_t same = 0;
    size_t alike = 0;
    while (same < typed.len_bytes && typed.ptr[same] == label.ptr[same])
        same++;
    if (same == typed.len_bytes)
        return same == label.len_bytes ? 5 : 4;
    while (alike < typed.len_bytes && lower(typed.ptr[alike]) == lower(label.ptr[alike]))
        alike++;
    if (alike == typed.len_bytes)
        return 3;
    size_t at = 0;
    bool follows = false;
    for (size_t i = 0; i < label.len_bytes && at < typed.len_bytes; i++) {
        bool hit =
            lower(label.ptr[i]) == lower(typed.ptr[at]) && (follows || starts_word(label, i));
        at += hit;
        follows = hit;
    }
    return at == typed.len_bytes ? 2 : 0;
}

/* A total order, so that the answer never depends on the order of the offers. */
static bool is_better(const candidate *a, const candidate *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->label.len_bytes != b->label.len_bytes)
        return a->label.len_bytes < b->label.len_bytes;
    int order =
        a->label.len_bytes == 0 ? 0 : memcmp(a->label.ptr, b->label.ptr, a->label.len_bytes);
    return order != 0 ? order < 0 : a->kind < b->kind;
}

void candidates_offer(candidate_list *list, candidate c)
{
    if (list->max == 0 ||
        (list->count == list->max && !is_better(&c, &list->best[list->count - 1])))
        return;
    size_t hole = list->count;
    for (size_t i = 0; i < list->count; i++) {
        if (!bytes_equal(list->best[i].label, c.label))
            continue;
        if (!is_better(&c, &list->best[i]))
            return;
        hole = i;
        break;
    }
    if (hole == list->count && list->count < list->max)
        list->count++;
    else if (hole == list->count)
        hole--;
    for (; hole > 0 && is_better(&c, &list->best[hole - 1]); hole--)
        list->best[hole] = list->best[hole - 1];
    list->best[hole] = c;
}

void offer_one(offer *o, candidate c, candidate_rank rank)
{
    rank.match = candidates_match(o->typed, c.label);
    if (rank.match == 0)
        return;
    c.score = candidates_score(rank);
    candidates_offer(&o->list, c);
}

uint32_t offer_name_near(const offer *o, uint32_t name)
{
    uint32_t gap = o->table->names[name].gap_lines;
    return 400 * 8 / (8 + (gap < 3200 ? gap : 3200));
}

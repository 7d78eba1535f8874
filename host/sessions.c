#include "host/sessions.h"

host_member *session_member(const room_host *h, uint64_t session)
{
    size_t slot = session & SESSION_SLOT_MASK;
    return slot < h->slot_count && h->slots[slot].session == session ? h->slots[slot].member : NULL;
}

uint64_t session_new(room_host *h, host_member *m, hosted *at)
{
    if (h->free_slot == NO_SLOT) {
        size_t count = h->slot_count == 0 ? 64 : h->slot_count + h->slot_count / 2;
        if (count > SESSION_SLOT_MASK)
            return 0;
        session_slot *slots = base_alloc_resize(h->alloc, h->slots, h->slot_count * sizeof *slots,
                                                count * sizeof *slots);
        if (slots == NULL)
            return 0;
        for (size_t i = h->slot_count; i < count; i++)
            slots[i] = (session_slot){.next_free = i + 1 < count ? (uint32_t)(i + 1) : NO_SLOT};
        h->free_slot = (uint32_t)h->slot_count;
        h->slots = slots;
        h->slot_count = count;
    }
    uint32_t slot = h->free_slot;
    h->free_slot = h->slots[slot].next_free;
    uint64_t session = (++h->session_counter << SESSION_SLOT_BITS) | slot;
    h->slots[slot] = (session_slot){.session = session, .member = m, .at = at};
    return session;
}

void session_forget(room_host *h, uint64_t session)
{
    uint32_t slot = (uint32_t)(session & SESSION_SLOT_MASK);
    if (session == 0 || slot >= h->slot_count || h->slots[slot].session != session)
        return;
    h->slots[slot] = (session_slot){.next_free = h->free_slot};
    h->free_slot = slot;
}

/* Where the session is; NULL: in no room, as session 0 is. */
static hosted *hosted_of(const room_host *h, uint64_t session)
{
    size_t slot = session & SESSION_SLOT_MASK;
    bool known = session != 0 && slot < h->slot_count && h->slots[slot].session == session;
    return known ? h->slots[slot].at : NULL;
}

bool session_backlogged(const room_host *h, uint64_t session)
{
    const hosted *at = hosted_of(h, session);
    return at != NULL && room_backlogged(at->room);
}

void session_notice(room_host *h, uint64_t session, const char *code, const char *message)
{
    const hosted *at = hosted_of(h, session);
    if (at != NULL)
        room_notice(at->room, session, code, message);
}

void session_message(room_host *h, uint64_t session, bytes message)
{
    hosted *at = hosted_of(h, session);
    if (at == NULL)
        return;
    room_on_message(at->room, session, message, host_now_ms(h));
    if (!at->hurried && room_tick_soon(at->room))
        hosted_hurry(at);
}

void session_leave(room_host *h, uint64_t session)
{
    size_t slot = session & SESSION_SLOT_MASK;
    if (slot >= h->slot_count || h->slots[slot].session != session)
        return;
    hosted *at = h->slots[slot].at;
    session_forget(h, session);
    room_on_leave(at->room, session, host_now_ms(h));
}

bool session_doom(room_host *h, uint64_t session)
{
    if (h->doomed_count == DOOMED_MAX || session == 0)
        return false;
    h->doomed[h->doomed_count++] = session;
    return true;
}

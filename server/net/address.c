#include "server/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETS_MAX 1024
#define IPV4_BITS 96 /* of a mapped address, before its own */

static address of_ipv4(const struct in_addr *in)
{
    address a = {{0}};
    memset(a.octets + 10, 0xff, 2);
    memcpy(a.octets + 12, in, 4);
    return a;
}

static bool is_ipv4(const address *a)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return memcmp(a->octets, mapped, sizeof mapped) == 0;
}

address address_of(const struct sockaddr_storage *addr)
{
    address a = {{0}};
    if (addr->ss_family == AF_INET)
        return of_ipv4(&((const struct sockaddr_in *)addr)->sin_addr);
    if (addr->ss_family == AF_INET6)
        memcpy(a.octets, &((const struct sockaddr_in6 *)addr)->sin6_addr, sizeof a.octets);
    return a;
}

address address_key(address a)
{
    if (!is_ipv4(&a))
        memset(a.octets + 8, 0, 8);
    return a;
}

static bool parse_plain(const char *text, address *out)
{
    struct in_addr in;
    if (inet_pton(AF_INET, text, &in) == 1) {
        *out = of_ipv4(&in);
        return true;
    }
    return inet_pton(AF_INET6, text, out->octets) == 1;
}

bool address_parse(const char *text, size_t len_bytes, address *out)
{
    char plain[INET6_ADDRSTRLEN + 8];
    if (len_bytes == 0 || len_bytes >= sizeof plain)
        return false;
    memcpy(plain, text, len_bytes);
    plain[len_bytes] = '\0';
    if (strlen(plain) != len_bytes)
        return false;
    char *colon = strchr(plain, ':');
    if (plain[0] == '[') {
        char *end = strchr(plain, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return false;
        *end = '\0';
        return parse_plain(plain + 1, out);
    }
    if (colon != NULL && strchr(colon + 1, ':') == NULL)
        *colon = '\0'; /* one colon only: IPv4 and a port */
    return parse_plain(plain, out);
}

/* ------------------------------------------------------------------------------- networks --- */

static bool in_net(const address_net *net, address a)
{
    unsigned whole = net->prefix_bits / 8, rest = net->prefix_bits % 8;
    if (memcmp(net->base.octets, a.octets, whole) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00u >> rest);
    return rest == 0 || ((net->base.octets[whole] ^ a.octets[whole]) & mask) == 0;
}

static bool host_part_is_zero(const address_net *net)
{
    for (unsigned bit = net->prefix_bits; bit < 128; bit++) {
        if ((net->base.octets[bit / 8] & (0x80u >> (bit % 8))) != 0)
            return false;
    }
    return true;
}

static bool parse_net(char *item, address_net *out)
{
    char *slash = strchr(item, '/');
    if (slash != NULL)
        *slash = '\0';
    bool ok = parse_plain(item, &out->base);
    out->prefix_bits = 128;
    if (slash == NULL)
        return ok;
    *slash = '/';
    char *end;
    unsigned long bits = strtoul(slash + 1, &end, 10);
    unsigned before = is_ipv4(&out->base) ? IPV4_BITS : 0;
    if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > 128 - before)
        return false;
    out->prefix_bits = before + (unsigned)bits;
    return ok && host_part_is_zero(out);
}

const char *address_set_parse(address_set *s, const char *list)
{
    static char bad[80];
    while (*list != '\0') {
        list += strspn(list, ", ");
        size_t n = strcspn(list, ", ");
        if (n == 0)
            break;
        snprintf(bad, sizeof bad, "%.*s", (int)n, list);
        address_net net;
        if (n >= sizeof bad || s->count == NETS_MAX || !parse_net(bad, &net))
            return bad;
        address_net *nets = realloc(s->nets, (s->count + 1) * sizeof *nets);
        if (nets == NULL)
            return "";
        s->nets = nets;
        s->nets[s->count++] = net;
        list += n;
    }
    return NULL;
}

void address_set_deinit(address_set *s)
{
    free(s->nets);
    *s = (address_set){NULL, 0};
}

bool address_set_has(const address_set *s, address a)
{
    for (size_t i = 0; i < s->count; i++) {
        if (in_net(&s->nets[i], a))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------ forwarded --- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

bool address_forwarded(const address_set *proxies, const char *value, address *hop)
{
    size_t end = strlen(value);
    for (;;) {
        size_t start = end;
        while (start > 0 && value[start - 1] != ',')
            start--;
        size_t from = start, to = end;
        while (from < to && is_space(value[from]))
            from++;
        while (to > from && is_space(value[to - 1]))
            to--;
        address named;
        if (!address_parse(value + from, to - from, &named))
            return false; /* not an address: what is left of it cannot be believed either */
        *hop = named;
        if (!address_set_has(proxies, named))
            return false;
        if (start == 0)
            return true;
        end = start - 1;
    }
}

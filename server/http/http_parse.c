#include "server/http/http_parse.h"

#ifdef TANDEM_LLHTTP

void http_parse_init(http_parse *p, const http_parse_settings *settings, void *ctx)
{
    llhttp_init(p, HTTP_REQUEST, settings);
    p->data = ctx;
}

size_t http_parse_feed(http_parse *p, const http_parse_settings *settings, const void *ptr,
                       size_t len_bytes, bool *ok)
{
    (void)settings;
    llhttp_errno_t err = llhttp_execute(p, ptr, len_bytes);
    *ok = err == HPE_OK || err == HPE_PAUSED || err == HPE_PAUSED_UPGRADE;
    size_t used = err == HPE_OK ? len_bytes : (size_t)(llhttp_get_error_pos(p) - (const char *)ptr);
    if (err == HPE_PAUSED)
        llhttp_resume(p);
    if (err == HPE_PAUSED_UPGRADE)
        llhttp_resume_after_upgrade(p);
    return used;
}

int http_parse_stop(http_parse *p)
{
    (void)p;
    return HPE_PAUSED;
}

const char *http_parse_error(const http_parse *p)
{
    return llhttp_get_error_reason(p);
}

#else

void http_parse_init(http_parse *p, const http_parse_settings *settings, void *ctx)
{
    (void)settings;
    http_parser_init(p, HTTP_REQUEST);
    p->data = ctx;
}

size_t http_parse_feed(http_parse *p, const http_parse_settings *settings, const void *ptr,
                       size_t len_bytes, bool *ok)
{
    size_t used = http_parser_execute(p, settings, ptr, len_bytes);
    enum http_errno err = HTTP_PARSER_ERRNO(p);
    *ok = err == HPE_OK || err == HPE_PAUSED;
    if (err == HPE_PAUSED)
        http_parser_pause(p, 0);
    return used;
}

int http_parse_stop(http_parse *p)
{
    http_parser_pause(p, 1);
    return 0;
}

const char *http_parse_error(const http_parse *p)
{
    return http_errno_description(HTTP_PARSER_ERRNO(p));
}

#endif

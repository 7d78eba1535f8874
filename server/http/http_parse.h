/* http_parse.h - one face for llhttp and its elder, http-parser (the API is nearly the same). */
#ifndef SERVER_HTTP_HTTP_PARSE_H
#define SERVER_HTTP_HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef TANDEM_LLHTTP
#include <llhttp.h>
typedef llhttp_t http_parse;
typedef llhttp_settings_t http_parse_settings;
#else
#include <http_parser.h>
typedef http_parser http_parse;
typedef http_parser_settings http_parse_settings;
#endif

/* http_parse_init - for requests; `settings` is borrowed for the life of the parser. */
void http_parse_init(http_parse *p, const http_parse_settings *settings, void *ctx);

/* http_parse_feed - parse until the end of the input or of a request.  Returns the bytes used;
 * `*ok` is false when they are not HTTP or a callback refused them. */
size_t http_parse_feed(http_parse *p, const http_parse_settings *settings, const void *ptr,
                       size_t len_bytes, bool *ok);

/* http_parse_stop - what on_message_complete returns after it noted the end of a request. */
int http_parse_stop(http_parse *p);

const char *http_parse_error(const http_parse *p);

#endif

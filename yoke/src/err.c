#include "yoke/yoke.h"

const char *yoke_version(void)
{
    return YOKE_VERSION;
}

const char *yoke_err_name(yoke_err err)
{
    switch (err) {
    case YOKE_OK:
        return "YOKE_OK";
#define ERR_NAME(name, number, text)                                                               \
    case name:                                                                                     \
        return #name;
        YOKE_ERRORS(ERR_NAME)
#undef ERR_NAME
    }
    return "unknown";
}

const char *yoke_err_text(yoke_err err)
{
    switch (err) {
    case YOKE_OK:
        return "no error";
#define ERR_TEXT(name, number, text)                                                               \
    case name:                                                                                     \
        return text;
        YOKE_ERRORS(ERR_TEXT)
#undef ERR_TEXT
    }
    return "unknown error";
}

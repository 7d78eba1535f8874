/* merge.c - two replicas of one text, edited apart and brought together.
 *
 *   cc merge.c $(pkg-config --cflags --libs yoke) -o merge && ./merge
 */
#include <stdio.h>
#include <stdlib.h>
#include <yoke/yoke.h>

static void must(yoke_err err, const char *what)
{
    if (err == YOKE_OK)
        return;
    fprintf(stderr, "%s: %s (%s)\n", what, yoke_err_text(err), yoke_err_name(err));
    exit(1);
}

static yoke_doc *replica(uint64_t client_id, yoke_type *text)
{
    yoke_options options = YOKE_OPTIONS_INIT;
    options.client_id = client_id;
    yoke_doc *doc;
    must(yoke_doc_new(&options, &doc), "new document");
    must(yoke_doc_root(doc, YOKE_STR("main"), YOKE_KIND_TEXT, text), "root text");
    return doc;
}

/* What `to` lacks goes over, as it would over a network: state vector one way, update the other. */
static void sync(const yoke_doc *from, yoke_doc *to)
{
    yoke_blob have = YOKE_BLOB_INIT;
    yoke_blob update = YOKE_BLOB_INIT;
    must(yoke_doc_state_vector(to, &have), "state vector");
    must(yoke_doc_encode(from, yoke_blob_view(&have), 0, &update), "encode");
    must(yoke_doc_apply(to, yoke_blob_view(&update), 0, NULL), "apply");
    yoke_blob_free(&have);
    yoke_blob_free(&update);
}

int main(void)
{
    yoke_type ada_text;
    yoke_type bob_text;
    yoke_doc *ada = replica(1, &ada_text);
    yoke_doc *bob = replica(2, &bob_text);

    must(yoke_text_insert(ada, ada_text, 0, YOKE_STR("print()\n")), "insert");
    sync(ada, bob);

    /* Both edit at the same time, without seeing each other. */
    must(yoke_text_insert(ada, ada_text, 6, YOKE_STR("'hello'")), "insert");
    must(yoke_text_insert(bob, bob_text, 0, YOKE_STR("# greet\n")), "insert");
    sync(ada, bob);
    sync(bob, ada);

    yoke_blob a = YOKE_BLOB_INIT;
    yoke_blob b = YOKE_BLOB_INIT;
    must(yoke_text_utf8(ada, ada_text, 0, UINT64_MAX, &a), "text");
    must(yoke_text_utf8(bob, bob_text, 0, UINT64_MAX, &b), "text");
    bool equal = a.len_bytes == b.len_bytes && memcmp(a.ptr, b.ptr, a.len_bytes) == 0;
    printf("%.*s", (int)a.len_bytes, (const char *)a.ptr);

    yoke_blob_free(&a);
    yoke_blob_free(&b);
    yoke_doc_free(ada);
    yoke_doc_free(bob);
    return equal ? 0 : 1;
}

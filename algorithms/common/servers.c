#include "algorithms/common/servers.h"

static uint32_t rank_of(const struct view *v, uint32_t user)
{
    uint32_t low = 0, high = v->user_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (v->users[middle] < user)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool can_serve(const struct view *v, uint32_t user, uint32_t server)
{
    return v->fits[v->net->group_of[server]] && (!v->is_up || v->is_up(v->now_ctx, server)) &&
           view_is_connected(v, user, server);
}

uint32_t servers_of(const struct view *v, const uint32_t *servers, uint32_t count, uint32_t user)
{
    uint32_t first = rank_of(v, user);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t server = servers[(first + i) % count];
        if (can_serve(v, user, server)) return server;
    }
    return NO_NODE;
}

<?php
// What tests do to the WordPress of wordpress-up.sh from behind, as an editor would in its administration:
//
//     php wordpress.php DIR PORT ACTION JSON
//
// Answers in JSON. Times are seconds since 1970.
define('OURS', $argv); // a constant: WordPress keeps hundreds of global variables, $action among them
$_SERVER['HTTP_HOST'] = "127.0.0.1:$argv[2]";
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
if ($argv[3] === 'install') define('WP_INSTALLING', true);
require "$argv[1]/site/wp-load.php";

function post_at(string $title, string $html, array $tags, int $at): int {
    $gmt = gmdate('Y-m-d H:i:s', $at);
    $id = wp_insert_post(wp_slash([
        'post_title' => $title, 'post_content' => $html, 'post_status' => 'publish', 'post_author' => 1,
        'post_date_gmt' => $gmt, 'post_date' => get_date_from_gmt($gmt), 'comment_status' => 'open',
    ]), true);
    if (is_wp_error($id)) throw new Exception($id->get_error_message());
    wp_set_post_tags($id, $tags);
    // As it is for whoever writes in the administration, where a post begins as a draft without an address.
    $GLOBALS['wpdb']->update($GLOBALS['wpdb']->posts, ['guid' => home_url("/?p=$id")], ['ID' => $id]);
    clean_post_cache($id);
    return $id;
}

function comment_at(int $post, string $author, string $text, int $at): int {
    $gmt = gmdate('Y-m-d H:i:s', $at);
    return wp_insert_comment(wp_slash([
        'comment_post_ID' => $post, 'comment_author' => $author, 'comment_author_email' => 'commenter@example.org',
        'comment_content' => $text, 'comment_approved' => 1,
        'comment_date_gmt' => $gmt, 'comment_date' => get_date_from_gmt($gmt),
    ]));
}

function described(int $id): array {
    $post = get_post($id);
    return ['id' => $id, 'title' => $post->post_title, 'link' => get_permalink($id),
        'published' => get_post_time('U', true, $post), 'comments' => (int) $post->comment_count];
}

function install(string $port): array {
    require ABSPATH . 'wp-admin/includes/upgrade.php';
    add_filter('pre_wp_mail', fn() => true);
    wp_install('A Made-up Co-production Blog', 'editor', 'editor@example.org', true, '', 'not a secret: loopback only');
    foreach (['siteurl', 'home'] as $option) update_option($option, "http://127.0.0.1:$port");
    update_option('permalink_structure', '/%postname%/');
    update_option('timezone_string', 'Europe/London');
    update_option('posts_per_rss', 10);
    update_option('comment_moderation', 0);
    foreach ([1, 2, 3] as $sample) wp_delete_post($sample, true);
    return [];
}

// In a process of its own, after the installation: only then are rewrite rules written.
function fill(array $given): array {
    switch_theme('twentytwentyone');
    flush_rewrite_rules(false);
    $subjects = ['Peer research', 'Our café conversation', 'Shared decisions & budgets', 'A carers’ panel', 'What we learnt'];
    $posts = [];
    for ($n = 1; $n <= 25; $n++) {
        $subject = $subjects[($n - 1) % 5];
        // Spread evenly, each at the end of its share, so that all lie inside the week and none at its very edge.
        $at = $given['from'] + intdiv($given['days'] * 86400 * $n, 26);
        $picture = $n % 3 ? '' : '<figure><img src="/wp-includes/images/blank.gif" alt="People around a table"/></figure>';
        $posts[] = $id = post_at(
            "$subject, part $n",
            "<!-- wp:paragraph --><p>Part $n of what we wrote together for #CoProWeek 🎉, with a "
            . "<a href='https://example.org/guide?part=$n&amp;utm_source=blog'>guide</a>.</p><!-- /wp:paragraph -->$picture",
            $n % 2 ? ['co-production week', 'involvement'] : ['co-production week'],
            $at,
        );
        if ($n % 2 === 0)
            for ($c = 1; $c <= 5; $c++)
                comment_at($id, "Made-up reader $c", "Comment $c on part $n: we agree.", $at + 60 * $c);
    }
    return array_map('described', $posts);
}

function publish(array $given): array {
    return described(post_at($given['title'], $given['html'], $given['tags'], $given['at']));
}

function edit(array $given): array {
    $changes = ['ID' => $given['id']];
    foreach (['title' => 'post_title', 'html' => 'post_content'] as $ours => $theirs)
        if (isset($given[$ours])) $changes[$theirs] = $given[$ours];
    $id = wp_update_post(wp_slash($changes), true);
    if (is_wp_error($id)) throw new Exception($id->get_error_message());
    return described($id);
}

function comment(array $given): array {
    return ['id' => comment_at($given['post'], $given['author'], $given['text'], $given['at'])];
}

function answer(string $port, string $action, array $given): array {
    return match ($action) {
        'install' => install($port),
        'fill' => fill($given),
        'publish' => publish($given),
        'edit' => edit($given),
        'comment' => comment($given),
    };
}

echo json_encode(
    answer(OURS[2], OURS[3], json_decode(OURS[4], true, 512, JSON_THROW_ON_ERROR)),
    JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE,
), "\n";

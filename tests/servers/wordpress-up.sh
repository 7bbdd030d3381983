#!/usr/bin/env bash
# A real WordPress on loopback, with its own MariaDB, all inside one directory:
#
#     bash wordpress-up.sh DIR PORT FROM DAYS
#
# FROM is the first moment of the week the posts are spread over, in seconds since 1970; DAYS is how many days it has.
# The first call makes and fills the site (about ten seconds); a later one with the same DIR and PORT starts what is not
# running. Both servers get process groups of their own: stop them with  kill -KILL -- -$(cat DIR/php.pid) -$(cat DIR/db.pid)
# (PHP's workers outlive a plain kill). Needs, on Debian: wordpress wordpress-theme-twentytwentyone mariadb-server
# php-cli php-mysql php-xml php-mbstring php-curl.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mkdir -p "$1" && cd "$1" && pwd)
port=$2 from=$3 days=$4
site=$dir/site

running() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

# The database. It answers on a socket file only. As root (in a container) it must be told so.
if [ ! -d "$dir/db" ]; then
    mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/db" --skip-test-db \
        --auth-root-authentication-method=normal >"$dir/db-install.log" 2>&1
fi
if ! running "$dir/db.pid"; then
    # Nothing here has to survive a power cut, so it need not wait for the disk.
    setsid mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/db" --socket="$dir/db.sock" --skip-networking \
        --pid-file="$dir/mariadbd.pid" --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M \
        >"$dir/db.log" 2>&1 </dev/null &
    echo $! >"$dir/db.pid"
fi
for _ in $(seq 120); do
    mariadb-admin --no-defaults -uroot --socket="$dir/db.sock" ping >/dev/null 2>&1 && break
    running "$dir/db.pid" || { echo "MariaDB did not start:"; tail -n 20 "$dir/db.log"; exit 1; }
    sleep 0.25
done

if [ ! -e "$dir/seeded" ]; then
    mariadb --no-defaults -uroot --socket="$dir/db.sock" -e "drop database if exists wp; create database wp"
    rm -rf "$site"
    cp -rL /usr/share/wordpress "$site" 2>/dev/null || true # links to configuration that is not ours may dangle
    rm -f "$site/wp-config.php"
    cat >"$site/wp-config.php" <<PHP
<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:$dir/db.sock'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('WP_DEBUG', false);
define('WP_AUTO_UPDATE_CORE', false);
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
PHP
    cat >"$dir/router.php" <<'PHP'
<?php // A file that is there is served as it is; everything else is WordPress's to answer.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file(__DIR__ . '/site' . $path)) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
chdir(__DIR__ . '/site');
require __DIR__ . '/site/index.php';
PHP
    php "$here/wordpress.php" "$dir" "$port" install '{}' >"$dir/install.log"
    php "$here/wordpress.php" "$dir" "$port" fill "{\"from\": $from, \"days\": $days}" >"$dir/posts.json"
    touch "$dir/seeded"
fi

if ! running "$dir/php.pid"; then
    PHP_CLI_SERVER_WORKERS=4 setsid php -d display_errors=0 -S "127.0.0.1:$port" -t "$site" "$dir/router.php" \
        >>"$dir/php.log" 2>&1 </dev/null &
    echo $! >"$dir/php.pid"
fi
for _ in $(seq 120); do
    php -r "exit(@fsockopen('127.0.0.1', $port) ? 0 : 1);" && exit 0
    running "$dir/php.pid" || { echo "PHP did not start:"; tail -n 20 "$dir/php.log"; exit 1; }
    sleep 0.1
done
echo "WordPress did not answer on port $port"
exit 1

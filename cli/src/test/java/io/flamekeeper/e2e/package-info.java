/// The product as its users meet it: the real server process, real clients, a real browser.
@NullMarked
package io.flamekeeper.e2e;

import org.jspecify.annotations.NullMarked;

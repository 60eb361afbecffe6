/// Stacks as text, one a line: `main;serve;parse 7`. Uses `model` and `format`.
@NullMarked
package io.flamekeeper.format.collapsed;

import org.jspecify.annotations.NullMarked;

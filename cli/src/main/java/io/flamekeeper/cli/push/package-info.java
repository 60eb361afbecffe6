/// `flamekeeper push`: profiles in files to a server. Start with [PushCommand].
@NullMarked
package io.flamekeeper.cli.push;

import org.jspecify.annotations.NullMarked;

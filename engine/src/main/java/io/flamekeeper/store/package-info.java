/// Where profiles are kept: log first, then readable at once from the head, later sealed into segments.
///
/// Start with [Store]; [Snapshot] and [Part] are what a query sees of it. [FolderCheck] and [FileInspector] look at
/// the files of a folder that need not be open.
@NullMarked
package io.flamekeeper.store;

import org.jspecify.annotations.NullMarked;

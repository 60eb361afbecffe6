/// Who may do what: from a request's credentials to the proof that storage asks for.
///
/// The only package that calls [io.flamekeeper.model.TenantScope#grant]. Uses `model`, nothing else.
@NullMarked
package io.flamekeeper.access;

import org.jspecify.annotations.NullMarked;

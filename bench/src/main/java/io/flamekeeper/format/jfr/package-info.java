/// Looks into the JFR decoder where its parts are not public.
package io.flamekeeper.format.jfr;

package io.flamekeeper.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the class files below some folders are named and refer to.
final class CompiledClasses {
    private static final Pattern OBJECT_TYPE = Pattern.compile("L([\\w/$]+)[;<]");

    /// One class file.
    ///
    /// @param name  binary name, dotted
    /// @param types binary names of the types it mentions, itself left out
    /// @param calls `owner.member` of every field and method it uses
    record Compiled(String name, Set<String> types, Set<String> calls) {
        String packageName() {
            return packageOf(name);
        }

        String simpleName() {
            String local = name.substring(name.lastIndexOf('.') + 1);
            int nested = local.indexOf('$');
            return nested < 0 ? local : local.substring(0, nested);
        }
    }

    private final List<Compiled> classes;

    private CompiledClasses(List<Compiled> classes) {
        this.classes = classes;
    }

    static CompiledClasses below(List<Path> roots) throws IOException {
        List<Compiled> classes = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".class"))
                        .filter(file -> !file.endsWith("module-info.class"))
                        .map(CompiledClasses::read)
                        .forEach(classes::add);
            }
        }
        return new CompiledClasses(List.copyOf(classes));
    }

    List<Compiled> all() {
        return classes;
    }

    static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }

    private static Compiled read(Path file) {
        ClassModel model;
        try {
            model = ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String self = dotted(model.thisClass().asInternalName());
        Set<String> types = new TreeSet<>();
        Set<String> calls = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> addTypes(types, "L" + type.asInternalName() + ";");
                case NameAndTypeEntry member -> addTypes(types, member.type().stringValue());
                case MethodTypeEntry method -> addTypes(types, method.descriptor().stringValue());
                case MemberRefEntry member ->
                        calls.add(
                                dotted(member.owner().asInternalName())
                                        + "."
                                        + member.name().stringValue());
                default -> {}
            }
        }
        model.fields().forEach(field -> addTypes(types, field.fieldType().stringValue()));
        model.methods().forEach(method -> addTypes(types, method.methodType().stringValue()));
        types.remove(self);
        return new Compiled(self, types, calls);
    }

    private static void addTypes(Set<String> types, String descriptor) {
        OBJECT_TYPE
                .matcher(descriptor)
                .results()
                .forEach(match -> types.add(dotted(match.group(1))));
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }
}

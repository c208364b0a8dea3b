package lanegrad;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The arrows of the house: who may know whom inside core.
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .importUrl(Tensor.class.getProtectionDomain().getCodeSource().getLocation());

    private static final String JDK = "java..";
    private static final String VECTOR = "jdk.incubator.vector..";

    /// check, nn, optim, data -> op -> kernel -> math, all on the nouns in `lanegrad`; nothing points back.
    @ParameterizedTest
    @CsvSource({
        "lanegrad,        lanegrad",
        "lanegrad.math,   lanegrad.math",
        "lanegrad.kernel, lanegrad;lanegrad.kernel;lanegrad.math",
        "lanegrad.op,     lanegrad;lanegrad.op;lanegrad.kernel;lanegrad.math",
        "lanegrad.data,   lanegrad;lanegrad.data;lanegrad.math",
        "lanegrad.optim,  lanegrad;lanegrad.optim;lanegrad.op;lanegrad.kernel;lanegrad.math",
        "lanegrad.nn,     lanegrad;lanegrad.nn;lanegrad.data;lanegrad.optim;lanegrad.op;lanegrad.kernel;lanegrad.math",
        "lanegrad.check,  lanegrad;lanegrad.check;lanegrad.op;lanegrad.math"})
    void arrows(String from, String to) {
        String[] allowed = (to + ";" + JDK + ";" + VECTOR).split(";");
        classes().that().resideInAPackage(from).should().onlyDependOnClassesThat(resideInAnyOf(allowed)).check(CORE);
    }

    // onlyDependOnClassesThat sees element types only: a float[] has the package of float, which is none.
    private static DescribedPredicate<JavaClass> resideInAnyOf(String[] packages) {
        DescribedPredicate<JavaClass> any = describe("primitive", c -> c.getBaseComponentType().isPrimitive());
        for (String p : packages) {
            any = any.or(resideInAPackage(p));
        }
        return any.as("reside in one of " + String.join(", ", packages));
    }

    @Test
    void everyPackageHasItsArrows() {
        for (JavaClass c : CORE) {
            assertTrue(c.getPackageName().matches("lanegrad(\\.(op|kernel|math|nn|optim|data|check))?")
                    || c.getSimpleName().equals("module-info"),
                    () -> c.getName() + " is in a package without arrows: add a row to the table above");
        }
        assertTrue(CORE.size() > 50, "only " + CORE.size() + " classes of core were found");
    }

    @Test
    void thereIsNoUtil() {
        noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..misc..")
                .check(CORE);
        noClasses().should().haveNameMatching(".*(Impl|Utils?|Manager|Helper)").check(CORE);
    }

    /// A class that names a vector class cannot always be loaded without the incubator module.
    @Test
    void laneCodeIsApart() {
        noClasses().that(describe("are not lane code", c -> !isLaneCode(c)))
                .should().dependOnClassesThat().resideInAPackage(VECTOR).check(CORE);
    }

    // Loaded by the vector backend only: named Lanes or Vector..., or within a class of that name; Width is
    // Backend's own.
    private static boolean isLaneCode(JavaClass c) {
        return c.getName().matches(".*[.$](Lanes|Vector\\w*|Width)([$].*)?");
    }

    @Test
    void coreStartsNoProcessAndOpensNoSocket() {
        noClasses().should().dependOnClassesThat().resideInAnyPackage("java.net..", "java.rmi..", "javax..", "sun..")
                .orShould().dependOnClassesThat().belongToAnyOf(ProcessBuilder.class, Runtime.class)
                .check(CORE);
    }

    /// Bits that differ from machine to machine: what the bit contract excludes.
    @Test
    void theBitContractHasNoLoophole() {
        noClasses().should().callMethodWhere(describe("reduceLanes, whose order is undefined",
                call -> call.getTarget().getName().startsWith("reduceLanes"))).check(CORE);
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.Random").check(CORE);
    }
}

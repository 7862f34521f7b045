"""Writes `ordinary.txt`: everyday texts that no nurse should be woken for, made of hand-written templates and fillers.

Run by hand when a template is added: `python tests/data/make_ordinary.py`. Always gives the same file.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

COUNT_PER_LANGUAGE = 1800

FILLERS = {
    "day": "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
    "time": "9|10:30|noon|2 pm|3|quarter past 8|after lunch|4ish|around 5|7 tonight",
    "kin": "my daughter|my son|my husband|my wife|my sister|my neighbor|my mom|my grandson|a friend|my brother",
    "place": "the store|church|the lake|work|the gym|my sister's|the park|the bank|the beach|the clinic parking lot",
    "food": "tacos|soup|pancakes|a turkey sandwich|pot roast|eggs and toast|pizza|a salad|peach cobbler|chili",
    "hobby": "pickleball|bingo|knitting|gardening|the crossword|fishing|line dancing|quilting|golf|video games",
    "low": "0|1|2|3|4|5|about a 3|maybe a 2|2 or 3|4/10|a solid 3",
    "body": "back|knee|neck|hip|shoulder|left foot|hands|lower back|ankle|legs",
    "mild": "a little|slightly|a tiny bit|barely|just a touch|mildly",
    "symptom": "tired|sleepy|thirsty|groggy|hungry|stiff|achy|bloated",
    "pet": "the dog|the cat|our puppy|the neighbor's cat|my bird",
    "show": "Jeopardy|the game|Wheel of Fortune|a cooking show|the news|an old western",
    "num": "2|3|4|5|6|10|12",
    "dia": "lunes|martes|miercoles|jueves|viernes|sabado|domingo",
    "hora": "9|las 10 y media|mediodia|las 2|las 3 de la tarde|las 8|despues de comer|las 5",
    "pariente": "mi hija|mi hijo|mi esposo|mi esposa|mi hermana|la vecina|mi mama|mi nieto|una amiga|mi hermano",
    "lugar": "la tienda|la iglesia|el parque|el trabajo|la casa de mi hermana|el banco|la playa|el mercado|la clinica",
    "comida": "tacos|caldito de pollo|tamales|unos huevitos|pozole|una torta|arroz con pollo|frijoles|pan dulce",
    "bajo": "0|1|2|3|4|5|como un 3|un 2|2 o 3|4 de 10|un tres",
    "cuerpo": "espalda|rodilla|cuello|cadera|hombro|pie izquierdo|manos|cintura|tobillo|piernas",
    "poco": "poquito|un poco|tantito|apenas|levemente",
    "mascota": "el perro|la gata|mi perrito|el gato de la vecina|el loro",
}

ENGLISH = """
good morning, pain is {low} today
pain {low}, nothing else to tell
{low}. slept fine
my {body} is {low} and thats normal for me
feeling better than {day}, went to {place} with {kin}
no side effects at all, thank you for asking
no nausea no dizziness, just {symptom}
{mild} {symptom} but good
{mild} dizzy this morning, gone after breakfast
{mild} queasy after {food}, fine now
had {food} for dinner and watched {show}
watched {show} with {kin} and fell asleep on the couch
fell asleep at {time} and slept like a log
{pet} passed out on my lap while we watched {show}
{kin} made {food} and i ate way too much, about to explode lol
i am dying to get back to {hobby}
this heat is killing me but the pain is {low}
{kin} is driving me crazy with the wedding plans haha
those stairs nearly killed me lol, pain {low} now
i could kill for some {food} right now
laughed so hard at {show} i couldnt breathe
{kin} had me laughing till i cried
my phone died yesterday so sorry for the late answer
the battery in my truck is dead so {kin} will drive me {day}
lost my keys, found them in the fridge, otherwise {low}
i lost my glasses again, typing blind haha. pain {low}
can i move {day} to {time}
what time should i be there {day}
is it ok to eat {food} before the infusion
do you take my insurance
the bill gave me a heart attack lol, can someone explain it
please call me about my appointment {day}
running late, be there by {time}
in the parking lot, where do i go
thanks so much, god bless you all
you all are the best, tell the nurse hello
ok thank you
lol ok
see you {day}
happy {day}! pain {low}
went to {place}, walked {num} blocks with no trouble
walked {num} miles with {kin} and felt great
did {hobby} for {num} hours, a bit sore, {low}
{kin} says hi. pain is {low}, mood good
mood is good, 8
mood 7, spent the day with {kin}
mood is fine, a little bored. {show} was a rerun
feeling calm and happy, {kin} is visiting
happy tears today, {kin} got engaged
cried a little at the movie, it was sweet. mood 8
a little nervous about {day} but fine
{kin} gave me a scare hiding behind the door lol
took my tylenol at {time}, pain {low}
took 2 ibuprofen at {time} and it helped
took my medicine like you said
i took a nap, took a shower, took out the trash. big day!
bp was 118/76 at the pharmacy
blood pressure 124 over 80 this morning
temp is normal, 98.4
i cut back on coffee and sleep better
i cut the grass today, {low}
burned the {food}, not myself
cut my finger making {food}, bandaid and done
stubbed my toe, that hurt more than my {body}
the nurse was so sweet, my arm is {mild} sore where the iv was
small bruise from the needle, no big deal
wore my {body} brace to {place}
giving my old clothes to goodwill {day}
gave {kin} my old recliner since we got a new one
cleaning out the garage, found my high school letters
writing a letter to my congressman about parking
writing thank you notes with {kin}
we are moving next month so i wont be here in june, can you recommend a clinic
i wont be here {day}, visiting {kin}
dont need a ride anymore, {kin} is taking me
no need to call, all set
stop by {place} on the way home, ok
bus was late so i walked to {place}
end of the day and i feel good
i quit smoking {num} weeks ago
i stopped the car to look at the sunset, took my breath away
the pain stopped around {time}
finally stopped raining, my {body} likes that
{kin} broke her leg skiing, so i am the healthy one now
{kin} had a stroke in 2009 so we watch what we eat
my neighbor fainted at {place}, she is fine, i am fine too
my grandmother died when i was six and she had the same {body} trouble
{pet} threw up on the rug, thats my excitement for today
{pet} died last year, we may get a new one in spring
watching a murder mystery with {kin}
read a book about the war, so many soldiers died, good book though
the movie had a shooting in it, too loud for me
playing shooters with {kin}, got killed {num} times lol
we killed it at {hobby} today
beat {kin} at {hobby}, {num} to 1
got beat at {hobby} by {kin}
{kin} hit a home run at the game
the sun beat down on us at {place}
church choir voices were beautiful this morning
heard my daughters voice on the phone today, made my week
saw my old friends at {place}
seeing things more clearly since i got new glasses
the view from {place} was unreal
dreamed about {food} again haha
weird dream last night but slept ok
woke up at {time} to pee, back to sleep
could not sleep past {time}, the birds were loud
slept {num} hours... just kidding, 8
i got 7 hours of sleep
sorry wrong button
typo, meant {low}
haha you must be a robot
who is this again
thank you doctor
i feel like a new person
blessed and grateful today
best day in months
the infusion helped so much, {low} now
better than last week, that was a 7, now {low}
was a 6 before, now {low}
down from 7 to 3
tell the front desk lady i love her earrings
i would rather come {day} than {day}
can i drive {day}
how long until i can take a bath
should i skip my vitamins
do i need someone with me {day}
my {body} is acting up with the weather, {low}
{low} sitting, 4 walking
{kin} thinks i look better
went to a funeral for an old coworker, nice service, mood ok
missing my late husband some on {day}s, but i am ok
chest freezer broke so we ate all the ice cream
got it off my chest with {kin}, feel lighter
my heart is full, {kin} had a baby
heart rate 68 on my watch
head is clear, no headache
head count for dinner is {num}
face is sunburned from {place}
my arm is tired from {hobby}
short of cash, not of breath lol
out of breath after chasing {pet}, i am out of shape
throat is scratchy from singing
a little congested, allergies
legs are tired from {hobby}
numb at the dentist today, cavity filled
my mouth was numb from the dentist till {time}
blacked out the windows for a nap
power blacked out at {time} so we played {hobby}
handed out candy with {kin}
locked out of the portal again, password help
locked my keys in the car lol
{kin} took my phone to fix it
{kin} hides the cookies from me because of my sugar
hungry enough to eat a horse
so bored i could scream, no tv at {place}
scared of needles but your nurse was gentle
worried about the bill, can we do payments
mad at the insurance company, who do i talk to
sick and tired of this snow
sick of soup
i am so over this winter
ready to go home from {place}
i need help with the form
help, which entrance is it
do not worry about me, doing great
"""

SPANISH = """
buenos dias, el dolor {bajo} hoy
dolor {bajo}, lo demas todo bien
{bajo}. dormi bien gracias a dios
la {cuerpo} {bajo}, normal para mi
me siento mejor que el {dia}, fui a {lugar} con {pariente}
sin efectos, muchas gracias
ni nauseas ni mareos, solo cansancio
{poco} cansada pero bien
{poco} mareada en la mañana, ya se me quito
{poco} de asco despues de los {comida}, ya estoy bien
cene {comida} y vi la novela
me quede dormida viendo la tele
dormi como piedra
dormi como un bebe
me muero de hambre, voy por {comida}
me muero de risa con {pariente}
este calor me esta matando pero el dolor {bajo}
{pariente} me trae loca con la boda jaja
se me murio el celular, perdon por contestar tarde
se murio la bateria de la troca, me lleva {pariente}
perdi las llaves y estaban en el refri jaja, dolor {bajo}
puedo cambiar la cita del {dia} para {hora}
a que hora llego el {dia}
puedo comer {comida} antes del suero
aceptan mi seguro
la cuenta casi me da un infarto jaja, me la explican?
me pueden llamar por lo de mi cita
voy tarde, llego a {hora}
ya estoy en el estacionamiento
mil gracias, Dios los bendiga
muy amable la enfermera, saludos
ok gracias
jajaja ok
nos vemos el {dia}
feliz {dia}, dolor {bajo}
camine a {lugar} y sin problema
baile con {pariente} y me senti muy bien
jugue loteria con {pariente}, {bajo}
dice {pariente} que buenos dias. dolor {bajo}
animo bien, 8
de animo 7, vino {pariente}
de animo bien, {poco} aburrida
tranquila y contenta, aqui con {pariente}
llore de alegria, se caso {pariente}
{poco} nerviosa por el {dia} pero bien
tome mi tylenol a {hora}, dolor {bajo}
tome 2 de ibuprofeno y me ayudo
tome mi medicina como me dijeron
la presion 118/76 en la farmacia
presion 120 sobre 80
sin fiebre, 36.5
me corte el pelo ayer, quede bien guapa
me corte el dedo haciendo {comida}, nada grave
me queme con el comal, poquito, ya le puse pomada
me pegue en el dedo chiquito, eso dolio mas que la {cuerpo}
el brazo {poco} adolorido donde pusieron la aguja
un moretoncito de la aguja, nada mas
regale ropa que ya no me queda
le di mi sillon viejo a {pariente} porque compramos otro
limpiando el cuarto encontre cartas de mi juventud
escribiendo tarjetas de navidad con {pariente}
nos mudamos el otro mes, me recomiendan una clinica alla?
no voy a estar el {dia}, visito a {pariente}
ya no necesito ride, me lleva {pariente}
no hace falta que llamen, ya quedo
voy a pasar a {lugar}, luego llego
ya paro de llover, a mi {cuerpo} le gusta
ya se me paro el dolor
deje de fumar hace 3 semanas
a {pariente} le dio gripa, yo bien
{pariente} se quebro la pierna, yo estoy mejor que antes
mi abuela murio cuando yo era niña, tambien padecia de la {cuerpo}
mi tio tuvo un derrame en 2010, por eso me cuido
la vecina se desmayo en {lugar}, ya esta bien, yo tambien
{mascota} vomito en la alfombra, puro trabajo jaja
{mascota} se murio el año pasado
vi una pelicula de terror, mataron a todos, jaja
lei un libro de la guerra, muchos muertos, muy bueno
le gane a {pariente} en la loteria
me gano {pariente} en el domino
me pego el sol en {lugar}, {poco} quemada
me pego el hambre jaja
las voces del coro bien bonitas hoy en misa
oi la voz de mi nieta por telefono, que alegria
vi a mis amigas en {lugar}
soñe con {comida} jaja
sueños raros pero dormi bien
me desperte a {hora} al baño y me volvi a dormir
perdon me equivoque de boton
me equivoque, quise poner {bajo}
jaja parecen robot
quien es
gracias doctora
me siento como nueva
bendecida y agradecida
el mejor dia en meses
el suero me ayudo mucho, {bajo} ahora
mejor que la semana pasada, era 7, ahora {bajo}
antes 6, ahora {bajo}
bajo de 7 a 3
puedo manejar el {dia}
cuanto falta para mi turno
cada cuanto me toca
la {cuerpo} anda mal por el clima, {bajo}
{bajo} sentada, 4 caminando
fui a un velorio de un conocido, de animo bien
extraño {poco} a mi mama los {dia} pero estoy bien
me desahogue con {pariente}, me siento mas ligera
el corazon contento, nacio mi nieto
la cabeza bien, sin dolor
quemada de la cara por el sol en {lugar}
me canse los brazos lavando ropa
me quede sin aire de tanto reirme
{poco} de tos, alergia
las piernas cansadas de caminar a {lugar}
traigo la boca dormida del dentista
se fue la luz a {hora}
se me olvido la contraseña del portal
deje las llaves adentro del carro
{pariente} se llevo mi celular a arreglar
miedo a las agujas pero la enfermera muy buena
preocupada por la cuenta, puedo pagar en partes?
enojada con el seguro, con quien hablo
harta de este frio
harta de sopa
ya lista para irme a la casa
necesito ayuda con el formulario
no se preocupen por mi, ando muy bien
que pena, se me olvido contestar, dolor {bajo}
todo tranquilo por aca, {bajo}
ahi la llevo, {bajo}
ando en {lugar}, contesto al rato
comi {comida} y me cayo bien
me cayo muy bien la doctora
muerta de cansancio pero contenta, limpie toda la casa
me parti de risa con {pariente}
"""


def filled(template: str, chooser: random.Random) -> str:
    """The template with each filler chosen."""
    text = template
    for name, values in FILLERS.items():
        while "{" + name + "}" in text:
            text = text.replace("{" + name + "}", chooser.choice(values.split("|")), 1)
    return text


def texts(templates: str, count: int, chooser: random.Random) -> list[str]:
    """`count` different texts, every template used about equally often."""
    lines = [line for line in templates.strip().split("\n") if line]
    made: dict[str, None] = {}
    for template in itertools.islice(itertools.cycle(lines), count * 40):
        text = filled(template, chooser)
        style = chooser.random()
        if style < 0.2:
            text = text.capitalize() + "."
        elif style < 0.27:
            text = text + chooser.choice((" :)", " lol", "!!", " \U0001f642", "\U0001f44d"))
        made.setdefault(text)
        if len(made) == count:
            break
    return list(made)


def main() -> None:
    """Write the file beside this script."""
    chooser = random.Random(20250101)
    lines = [*texts(ENGLISH, COUNT_PER_LANGUAGE, chooser), *texts(SPANISH, COUNT_PER_LANGUAGE, chooser)]
    Path(__file__).with_name("ordinary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

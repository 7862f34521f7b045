"""Plain danger stays an emergency, wherever the writer is and whatever else the sentence speaks of."""

from __future__ import annotations

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain.level import Level
from followup.domain.reading import Asked, read

LEXICON = load_lexicon()

# One a line: a place, an errand, a word of comfort or an ordinary cause beside each of these once took the danger back.
PLAIN = """
i want to die, cant do work anymore
stuck in traffic and i want to die, i mean it
i want to die and i dont care about my appointment
at the airport and i want to kill myself
want to end it all, sitting in this waiting room
i dont want to be alive anymore. can we reschedule
i want to die. any chance of a call
everyone says i'm joking but i want to die
i am not kidding i want to die
im not joking i want to kill myself
my husband thinks i was joking but i want to be dead
i want to die so bad, sorry to be a burden to you
i wish i was dead, my mother in law says so too
i want to die since my wedding
my daughter's wedding is saturday and i want to die
i want to die before my flight
i will hang myself with the curtains
i want to hang myself in the garage
thinking about hanging myself at work
i cut myself on purpose in the kitchen
i keep hurting myself at work on purpose
i want to die, my phone is dying too
i want to die, is my life over
i want to end my life, not just end treatment early
sick of living in this body
tired of living at home with this, want to be dead
i am tired of living. traffic was bad too
my mom wants to die. she is at work
my son says he wants to kill himself, we are on vacation
she wants to die and we have a flight tomorrow
suicidal at work
suicidal. please reschedule me
i called the suicide hotline
called the suicide hotline because i want to die
im suicidal, the suicide prevention line hung up on me
i feel suicidal, whether or not i get the infusion
i don't know if or not i want to live
i am dead serious i want to kill myself
dead serious. i want to die
i hope i die at the next meeting
my kids would be better off without me at the wedding
no quiero vivir, ya no puedo con el trabajo
me quiero morir, perdi mi trabajo
en el trabajo me dan ganas de morirme
quiero morirme en la boda de mi hija
me quiero matar antes del viaje
ya no quiero vivir, no voy a mi cita del lunes
me quiero morir de tanto dolor
no es broma, me quiero morir
no estoy bromeando me quiero matar
no estoy exagerando, quiero morirme
quiero tomarme todas las pastillas juntas
quiero tomarme todas las pastillas con tequila
voy a tomarme todas las pastillas cuando se duerman
estoy en el rancho y me quiero ahorcar
en la fiesta de mi nieto solo queria morirme
se me murio el perro y ya no quiero vivir
mi perro se murio y me quiero morir
quiero tirarme al agua y ahogarme
me quiero aventar del puente camino al trabajo
quiero morir, me canse de la vida y del trabajo
no le veo sentido a la vida desde la mudanza
mi esposo se quiere matar, esta en el trabajo
mi hijo dice que se quiere morir, salimos de viaje
chest pain at the gym
chest pain during workout
chest pain after push ups
my chest hurts since lifting weights
chest pain and i thought it was heartburn
not heartburn, chest pain
chest pressure and cough
bad cough and chest pain
my chest hurts all day
chest pain all day long
chest hurts when i put my bra on and down my arm
tight chest since the workout this morning
i think im having a heart attack, never mind the cost
my husband had a heart attack this morning
my wife is having a heart attack
she had a heart attack an hour ago
he just had a heart attack
me dio un infarto de verdad
creo que me da un infarto
le dio un infarto a mi esposo ahorita
mi esposo tuvo un infarto hace una hora
me duele el corazon cuando camino
me duele el corazon y el brazo izquierdo
me duele el corazon de repente muy fuerte
no me quito el dolor de pecho
nothing helps my chest pain
sin parar me duele el pecho
me duele el pecho con tos
me duele el pecho en el gym
no puedo respirar en el trabajo
cant breathe, just walking up the stairs
cant breathe after climbing the stairs
no puedo respirar al subir las escaleras
me falta el aire por la alergia
cant breathe. my nose is fine its my chest
i cant breathe, allergic reaction
my dog is barking and i cant breathe
no puedo respirar cuando me acuesto ni al caminar
cant catch my breath while talking
im choking at work
choking and cant breathe at work
no any more breath i cant breathe
no better, trouble breathing
breathing not good, cant breathe
my breathing treatment isnt working and i cant breathe
i am gasping for air at the gym
fainted at the airport
i fainted after one margarita
i passed out at the gym
passed out in bed and they couldnt wake me
i passed out on the bathroom floor
fainted getting out of bed
i fainted when i saw blood
collapsed in the shower
my husband collapsed at work
passed out from the pain while in bed
blacked out on the couch, woke up on the floor
i fainted in the kitchen, no sleep
me desmaye cuando vi mi sangre
me desmaye en el trabajo
me desmaye al salir de la cama
almost fainted yesterday but today i fainted
thought i would faint and then i did faint
collapsed near the table
i fainted, feel like i might faint again
mi mama se desmayo en la iglesia
having a seizure at the mall
had a seizure today, forgot my seizure meds
my son had a seizure. no seizure history
my daughter is having a fit and wont stop shaking
had a seizure since the infusion
tuvo convulsiones en el coche
face drooping after the dentist
half my face is drooping, no anesthesia
my arm went dead at the gym and i cant lift it
one side of my face is numb, weak arm, not like usual
right side weak, never had this, usually fine
my speech is slurred at work
cant talk, words wont come out
no puedo hablar bien se me traba la lengua
se me durmio la mitad de la cara
se me cayo un lado de la cara
cant see out of my left eye
suddenly lost vision in one eye
i cant see anything
my mom had a stroke just now
mi papa tuvo un derrame ahorita
i think im having a stroke. i am at the office
worst headache of my life at work
sudden worst headache ever, parking the car now
my head exploded with pain, worst headache of my life
not migraine. worst headache of my life
throat is swelling since the dentist
my throat is closing up
my tongue is swollen after the bee sting
my face is swelling from the allergic reaction
lips are swollen and my hands are swollen
se me hincha la lengua por la alergia
se me cierra la garganta
my throat is closing and my eyes are closing
hit my head at work
hit my head on the cupboard
i hit my head hard, not on the pillow
my head hit the wall
the door hit me in the head
hit the back of my head and have a headache
cut my head open
fell and hurt my head
me pegue en la cabeza en el trabajo
me cai y me golpee la cabeza
throwing up blood, not red wine
vomiting blood, i had salsa earlier
vomite sangre
vomito con sangre, no comi salsa
coughing up blood and throwing up blood
he wont wake up
she wont wake up for church, she is not breathing right
my son wont wake up for school and his lips are blue
no despierta mi esposo
mi mama no responde, ya llame a la clinica
no despierta con la alarma ni gritandole
the doctor gave me meds and my husband is not responding
took all my pills
me tome todas las pastillas
took 20 pills tonight
overdosed on my meds at a football game
i overdosed on sleeping pills watching tv
my brother overdosed on pills just now, he is in the room
i took too many pills and im sleepy but i feel fine
took my meds 4 times and im so drowsy, 2 weeks ago i was fine
cant feel my legs since the infusion
cant feel my legs from walking to the toilet
my legs are numb and i cant pee, not like always
no siento las piernas
i dont know where i am
i dont know what day it is or where i am
confused about where i am
i dont know where i am parked, dont know this place
no se donde estoy
mi mama no sabe quien soy
call 911
please call 911 lol
help me im dying
me muero ayuda
this is an emergency, not a joke
send an ambulance to my work
i cut myself again
i cut my arms at work
i cut myself on purpose in class
burned myself on purpose on the stove
me corte los brazos a proposito en la cocina
i have a rope in the garage
going to jump off the bridge, stuck on the bridge
standing on the bridge, want to jump
i have enough pills to die, just got my refill
how many tylenol to die
i am going to kill my boss
i will kill my husband if he comes home
voy a matar a mi esposo
quiero matar a mi jefe en el trabajo
going to shoot up my office
i want to die lol
i want to kill myself haha
i want to die, at my daughters graduation
i want to die and im on vacation
cant do this anymore want to die, please cancel my appointment
i want to die. im in the lobby
sitting in the lobby and i want to kill myself
i had a meeting with my boss and now i want to die
my mother in law died and i want to die too
i hate being a burden, i want to die
they think im a burden, i want to end it
hanging out alone thinking about ending it all
dead tired of living
tired of living, dead tired
i pray for you all and i want to die tonight
im going to kill myself if the pharmacy wont help
i want to die over my insurance bill
i want to die. this pain is killing me
my car died and so should i, i want to die
phone is about to die and so am i, took all the pills
the pain is so bad i want to die
pain 10 want to die
i want to die from this pain
i want to be dead from all this pain
i wanted to die yesterday and i still do
hurt myself on purpose while cooking
hurt myself on purpose at the gym
i keep cutting myself, work doesnt know
cut myself on the arm to feel something
i shoot myself tonight
no quiero vivir mas en el dolor
quiero morirme por este dolor
me quiero morir del dolor tan fuerte
me muero por dentro quiero morirme
el dolor me hace querer morirme
quiero matarme aunque sea por mis hijos
me quiero matar jaja
mi perro murio, me quiero morir con el
quiero acabar con todo antes del lunes
quiero acabar con todo esto para siempre
quiero terminar con todo, el trabajo me tiene harto
quiero desaparecer con mi dolor
dejar de existir es lo unico que quiero
me tome todas las pastillas con vino
soy una carga de por vida para todos, mejor muerta
chest pain but no cough
chest pain and my bra is not tight
pain in chest and its not a sunburn
chest pressure while shaving
chest tight during my workout at the gym just now
dolor de pecho y tos
no tengo tos pero me duele el pecho
sin fiebre pero con dolor en el pecho
heart attack symptoms at work
i had a heart attack last night
he had a heart attack while i was at work
my boss had a heart attack in front of me
my neighbor is having a heart attack right now
cant breathe and i was laughing before
its no joke cant breathe dont laugh
my kids are laughing but i cant breathe
cant breathe with a beautiful view here
cant breathe, my nose is clear
breathing is bad, no cold
cant breathe after i took the medicine at the gym
cant breathe when i lay down after the stairs
me ahogo en mis propias flemas
me ahogo en mi cama
no hay aire, me ahogo en la noche
wheezing bad and my inhaler is at the gym
i passed out in my chair at work
passed out from the heat
passed out early this morning getting up
passed out in bed and my wife couldnt wake me
passed out on the couch and nobody could wake me
collapsed from exhaustion at work
he collapsed by the tv
power went out then i passed out
fainted, never felt so tired
fainted, almost hit my head
i fainted and almost died
fainted when i saw the needle
i fainted after no sleep for days
he is unconscious, not asleep
he is asleep and wont wake up
found my husband unconscious in bed
seizure since this morning
my epilepsy dog alerted and i had a seizure
shaking and convulsing, not nerves
eyes rolled back and she is shaking
i cant lift my arm, the gym was last week
arm dead not from sleeping on it
left arm numb. always healthy before
my face is numb on one side more than usual
cant talk at work my words are garbled
no puedo hablar, estoy en el trabajo y se me traba todo
my mouth is crooked and i have neuropathy
worst headache of my life in traffic
worst headache of my life, not my usual migraine
my head is going to explode worst ever, out of my mind with pain
no sleep worst headache of my life
tongue swollen from allergies
my throat is closing from pollen
throat swelling after crying
throat is closing, feet are swollen too
no good, swelling in my throat
se me cierra la garganta por las alergias
se me hincho la lengua en el dentista
cara y lengua hinchadas por alergia al medicamento
nurse hit my head with the iv pole
i hit my head on the wall, not a figure of speech
fell off the pillow pile and hit my head
fell down the stairs and hit my head
slipped on ice hit my head
cut my head open on the shelf
dad hit his head and is confused
vomiting blood and i brushed my teeth
threw up blood after gatorade
throwing up red blood
vomito sangre, me cepille los dientes
husband wont wake up, the dog is barking
not answering me, eyes open, wont respond
my kid wont wake up, fever
mi hijo no despierta, sono la alarma tres veces
grandma wont wake up and clinic doesnt answer
took double my meds, so sleepy, usually twice a day
feel fine but took 3 times my oxy and nodding off
confused about where i am, the portal says home
i dont know where i am or who you are
no se donde estoy, mi cita era hoy
i am confused and dont know my own name
she forgot who i am and has dementia but this is new
someone call 911 my work place
call 911 im not joking
told me to call 911 and im calling
going to the er now from work
going to the er for chest pain, my appointment is off
help me im dying of pain
me estoy muriendo de verdad ayuda
me muero de dolor ayuda llamen al 911
i need help now, not about the portal
cut myself out back behind the house on purpose
i overdosed and cant avoid sleeping
overdosed on my vitamins and xanax
took the whole bottle of antibiotics to die
took all of my pills as prescribed and then the whole bottle of xanax
my brother od'd tonight
goodbye forever, im doing fine now. i am going to kill myself
i will show him, im going to kill him tonight
i want to hurt you people at the clinic
i hate him and i will hurt him tonight
i want to kill anyone who comes near
i cant stop hurting my wife
my husband will kill me when he gets home
he is going to kill me if i tell you
i have a gun and im going to shoot him lol
my stairs are steep and he is going to kill me
my ex says he is going to kill me and the kids
voy a matarlo cuando llegue del trabajo
i wanna die
i want die
wanna kms
i dont want to live no more
dont wanna be here no more, on this earth
i'm suicidal and at the airport
want to be dead. jk not jk
i keep thinking about killing myself in meetings
wish i would die in my sleep
i hope i dont wake up tomorrow
going to hang myself tonight
im gonna shoot myself
gonna blow my brains out
i want to jump off the parking garage
i want to drive my car into a wall
tell my kids i love them im done living
i want to end my life before the wedding
mom says she wants to die
my wife is talking about killing herself
my husband has a gun and says he will end it
my daughter cut her wrists
my teenager tried to hang himself
hes threatening suicide at work
me quiero matar
ya no quiero vivir
me voy a matar en el trabajo
me quiero colgar
quisiera estar muerta
quisiera morirme dormida
ya me quiero morir de una vez
no aguanto mas quiero morir
estoy pensando en matarme
pienso en suicidarme todos los dias
me voy a tirar del puente
me voy a aventar al metro
tengo ganas de matarme
mi hermano se quiere suicidar
mi hija se corto las venas
mi esposa dice que se va a matar
mi papa se quiere dar un tiro
ojala me muera hoy
ojala no despierte mañana
me quiero morir, ya no aguanto este trabajo
voy a acabar con mi vida
i cant breathe at work
i can't breathe and i'm at the gym
cant catch my breath sitting down
i am suffocating
struggling to breathe all night
my mom cant breathe
my dog is fine but i cant breathe
hard to breathe since the run yesterday
cant sleep cant breathe
cant take deep breaths, hurts
no puedo respirar
no puedo respirar, estoy en la fiesta
mi mama no puede respirar
me falta mucho el aire
ya no dormi me falta el aire
me asfixio
no me entra aire desde la infusion
chest pains
my chest hurts
my chest hurts bad at work
chest hurts after the run
cant sleep chest pain
not well chest pain
no energy, chest pain
chest pain, no fever
chest is tight driving home
chest tightness at the airport
pressure in my chest at church
feels like someone is standing on my chest
my heart hurts for two days
my heart hurts when i walk
heart attack
i think its a heart attack
am i having a heart attack
my dad is having a heart attack
my husband had a heart attack
my wife just had a heart attack at work
dolor de pecho
me duele el pecho
me duele mucho el pecho en el trabajo
traigo dolor en el pecho
siento presion en el pecho
se me oprime el pecho
me duele el corazon por la noche
me esta dando un infarto
a mi esposo le esta dando un infarto
mi papa tuvo un infarto hoy
i fainted
i fainted today
i fainted at work
fainted in the parking lot
fainted at church yesterday
i passed out
passed out at work
passed out in the shower
passed out on the stairs
passed out for a minute
blacked out while driving
my mom fainted
my wife passed out in the kitchen
collapsed at the store
i collapsed this morning
i lost consciousness
me desmaye
me desmaye ayer
me desmaye en la fiesta
me desmaye en el camion
se desmayo mi esposa
mi hijo se desmayo en la escuela
me desmaye y no habia tomado nada
perdi el conocimiento
me fui al suelo desmayada
seizure
i had a seizure
having seizures
my husband is having a seizure
she had a seizure at school
my baby is having a seizure
he is convulsing
tuve una convulsion
esta convulsionando
mi hijo convulsiono
le dio un ataque epileptico
face is drooping
half of my face is numb
my mouth is drooping on one side
slurring my words
my words are slurred at the meeting
cant move my left arm
my left side is weak
my left arm is dead weight
arm is numb and face droops
right arm went numb suddenly
sudden numbness on my left side
cant speak right
my husband cant talk and his face is droopy
i think im having a stroke
my mom is having a stroke
went blind in one eye
cant see all of a sudden
se me chueco la boca
se le fue la boca de lado
no puedo mover el brazo izquierdo
se me durmio el lado izquierdo
no puedo hablar bien
arrastro las palabras
creo que es un derrame
le esta dando un derrame a mi mama
de repente no veo nada
worst headache of my life
worst headache ever came on suddenly
sudden horrible headache like a thunderclap
never mind the insurance, worst headache of my life
el peor dolor de cabeza de mi vida
dolor de cabeza de repente, el peor que he tenido
my throat is swelling
my tongue is swelling up
throat closing at dinner
throat is tight and swollen cant swallow
lips swelling up
my face is swollen and i have hives
my face and throat are swollen
se me hincha la lengua
se me hincho la cara
se me esta cerrando la garganta
tengo la garganta cerrada
se me hinchan los labios
la lengua hinchada por alergia
i hit my head
hit my head in the shower
bumped my head hard and threw up
fell and hit my head at the store
my mom fell and hit her head
smacked my head on the cabinet at work
did not sleep and hit my head on the door
me pegue en la cabeza
me golpee la cabeza en el baño
me cai y me pegue en la cabeza
mi mama se cayo y se pego en la cabeza
throwing up blood
i threw up blood
puking blood at work
vomited blood twice
there is blood in my vomit
estoy vomitando sangre
vomite sangre en el trabajo
hay sangre en el vomito
wont wake up
my husband wont wake up
cant wake my mom up
i cant wake him
shes unresponsive
he is not responding to me
no puedo despertar a mi esposa
mi mama no despierta
mi esposo no reacciona
no responde mi hija
took too many pills
i took too much medicine and i feel sleepy
i overdosed
overdosed at work
i think i overdosed
my son overdosed
my wife took a whole bottle of pills
i swallowed all my pills
took 30 oxy
i drank bleach
accidental overdose of my meds cant stay awake
tome demasiadas pastillas
me tome todo el frasco
me tome 30 pastillas
mi hija se tomo todas las pastillas
sobredosis
creo que tengo una sobredosis
i took a double dose and cant stay awake
doubled my dose and im so drowsy
tome doble dosis y me estoy durmiendo
cant feel my legs
my legs went numb and i wet myself
legs are numb cant pee
no siento las piernas y no puedo orinar
i dont know where i am at the store
i dont know who i am
my mom doesnt know who i am
she doesnt know what year it is
he is very confused and doesnt recognize me
dont recognize my own house
no se quien soy
no se ni donde ando
mi papa esta confundido y no me reconoce
no reconoce a nadie
need an ambulance
call an ambulance
im dying help
help me please i am dying
ayudenme me estoy muriendo
llamen una ambulancia
ambulancia por favor
necesito una ambulancia en el trabajo
i cut myself
i cut myself last night
i cut my wrists
i burned myself on purpose
i am hurting myself again
i started cutting again
me corte las venas
me corte los brazos
me estoy lastimando a proposito
me quemo con cigarros a proposito
i want to kill someone
im going to kill my husband
i want to hurt my kids
im afraid i will hurt my kids
scared im going to hurt someone
going to stab my neighbor
i will shoot him
he said he will kill me
my husband is going to kill me
my husband will kill me if i leave
he is going to kill me when he comes home
he has a gun and wants to kill me
voy a matar a alguien
quiero matar a mi vecino
mi esposo me va a matar
mi esposo dice que me va a matar si lo dejo
me va a matar cuando llegue
bp is 200/120 and my head hurts
chest pain, going to work anyway
i have chest pain while cooking
my chest is squeezing on the bus
chest pain when i breathe in
chest hurts and im sweating at the store
crushing chest pain in the parking lot
tightness in chest after dinner
my husband has chest pain
my mom says her chest hurts
grandpa has pain in his chest and arm
me aprieta el pecho en el camion
me duele el pecho y estoy sudando en la tienda
a mi papa le duele el pecho
mi esposa tiene dolor de pecho en el trabajo
traigo el pecho apretado desde la mañana
me arde el pecho y el brazo
cant breathe in my car
my daughter is gasping for air
breathing is hard since this morning
short of breath lying down
short of breath just sitting at my desk
he stopped breathing
no puedo jalar aire
mi niño no puede respirar
batallo para respirar en la cama
se ahoga mi mama
i keep fainting
fainted twice today at work
dad fainted at the store
i passed out on the toilet
my son passed out at school
he passed out and is not waking up
passed out in my car
fainted in the shower this morning lol
me desmaye dos veces hoy
mi papa se desmayo en la tienda
casi siempre estoy bien pero hoy me desmaye
me desvaneci en el baño
my wife is seizing
my brother had a seizure this morning
seizures since last night
my son is jerking and foaming at the mouth
mi mama esta convulsionando en el coche
mi esposo tuvo un ataque epileptico hoy
left side of my face is drooping
my dads face is drooping
my moms speech is slurred
my husband cant move his right side
i cant move my right hand suddenly
cant get my words out at the store
lost vision in my left eye at work
se me cae la cara de un lado
mi mama no puede hablar bien y se le cayo la cara
mi esposo no puede mover el brazo
tengo media cara dormida
my head suddenly hurts like never before, worst ever
thunderclap headache at work
me exploto la cabeza de dolor de repente
my lips and tongue are swelling at the restaurant
my sons throat is closing up
cant swallow, throat swelling
i fell and hit my head on the curb
hit my head on the car door and feel dizzy
my son fell off his bike and hit his head
banged my head at the gym
mi hijo se pego en la cabeza en la escuela
me cai de la escalera y me pegue en la cabeza
my husband is throwing up blood
mom vomited blood this morning
mi papa vomito sangre
mi esposa esta vomitando sangre
baby wont wake up
grandpa is not responding
my roommate wont wake up
mi abuela no despierta
mi bebe no reacciona
my husband took all his pills
my daughter swallowed a bottle of tylenol
i swallowed 40 tylenol
took all my sleeping pills
i drank the whole bottle of morphine
mi esposo se tomo todo el frasco
mi hijo se trago mis pastillas
me tome 20 tramadol
took extra oxy and cant keep my eyes open
numb from the waist down
i cant feel my feet and i peed myself
no siento de la cintura para abajo
my wife doesnt know where she is
i dont know where i am, at a store i think
he doesnt know his own name
mi mama no sabe donde esta
mi esposo no sabe que dia es ni quien soy
i need help right now
somebody help me please
send help now
help me i am dying
auxilio
necesito ayuda ya
me estoy muriendo
cut my arms last night
i cut my thighs again
i have been burning myself
me corte otra vez los brazos
me estoy cortando
mi hija se corta los brazos
i want to stab my boss
im going to shoot my ex
my boyfriend is going to kill me
he says he will kill me tonight
he is choking me
quiero matar a mi esposo
mi novio me quiere matar
mi ex dice que me va a matar
le voy a dar un balazo a mi jefe
voices tell me to kill myself
the voices say to hurt my kids
las voces me dicen que me mate
i have a plan to kill myself
wrote my suicide note
got the pills ready to die
i bought a gun to kill myself
on the bridge about to jump
standing on the roof ready to jump
going to step in front of a train
i tried to kill myself last night
i tried to hang myself yesterday
intente matarme anoche
ya escribi mi carta de despedida
tengo la pistola en la mano
tengo las pastillas listas para morirme
estoy en el puente y me voy a aventar
voy a tirarme al tren
escribi una nota de suicidio
nobody would care if i died
everyone would be better off if i was dead
id rather be dead
there is no reason to live
ive got nothing to live for
life isnt worth living
no point in living
i cant live like this anymore
i dont want to wake up
please let me die
wish i was never born
im ready to die
ya no tengo razon para vivir
no vale la pena vivir
mejor muerta que asi
estarian mejor sin mi
dejenme morir
ya no quiero despertar
para que vivir
no quiero seguir viviendo
quiero dejar de existir
dead serious i want to die
"""


@pytest.mark.parametrize("text", PLAIN.strip().splitlines())
def test_plain_danger_is_an_emergency(text: str):
    assert read(text, asked=Asked.NONE, lexicon=LEXICON).level is Level.EMERGENCY
